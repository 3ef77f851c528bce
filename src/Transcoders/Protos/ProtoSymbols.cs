using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>A declaration that others name.</summary>
/// <param name="FullName">Without a leading dot.</param>
/// <param name="Descriptor">A DescriptorProto, EnumDescriptorProto, ServiceDescriptorProto, or a FieldDescriptorProto that is an extension.</param>
/// <param name="File">Where it is declared.</param>
internal sealed record ProtoSymbol(string FullName, object Descriptor, ProtoFile File)
{
    public bool IsType => Descriptor is DescriptorProto or EnumDescriptorProto;
}

/// <summary>One file of a compilation.</summary>
internal sealed class ProtoFile(FileDescriptorProto descriptor, ProtoSource? source)
{
    public FileDescriptorProto Descriptor { get; } = descriptor;

    /// <summary>What is still to be done; null for a file that came compiled.</summary>
    public ProtoSource? Source { get; } = source;

    /// <summary>Itself, its imports, and what they import publicly.</summary>
    public HashSet<ProtoFile> Visible { get; } = [];

    public bool HasFailed { get; set; }

    public ProtoVisit Visit { get; set; }

    /// <summary>Whether it was linked.</summary>
    public bool IsLinked { get; set; }
}

internal enum ProtoVisit : byte
{
    New,
    Open,
    Done,
}

/// <summary>Every declaration of a compilation by its full name, found as the language finds names: from the innermost scope outwards.</summary>
internal sealed class ProtoSymbols
{
    private readonly Dictionary<string, ProtoSymbol> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ProtoFile>> _packages = new(StringComparer.Ordinal);

    public ProtoSymbol? Get(string fullName) => _symbols.GetValueOrDefault(fullName);

    /// <summary>Adds what a file declares; the first of a name stands.</summary>
    /// <param name="file">The file.</param>
    /// <param name="clash">Hears of what was declared before.</param>
    public void Add(ProtoFile file, Action<object, ProtoSymbol> clash)
    {
        var descriptor = file.Descriptor;
        for (var package = descriptor.Package; package.Length > 0; package = Outer(package))
        {
            if (!_packages.TryGetValue(package, out var files))
            {
                _packages.Add(package, files = []);
            }

            files.Add(file);
        }

        foreach (var message in descriptor.MessageType)
        {
            AddMessage(message, descriptor.Package);
        }

        foreach (var type in descriptor.EnumType)
        {
            Add(type.Name, descriptor.Package, type);
        }

        foreach (var service in descriptor.Service)
        {
            Add(service.Name, descriptor.Package, service);
        }

        foreach (var extension in descriptor.Extension)
        {
            Add(extension.Name, descriptor.Package, extension);
        }

        void AddMessage(DescriptorProto message, string scope)
        {
            Add(message.Name, scope, message);
            var inner = Join(scope, message.Name);
            foreach (var nested in message.NestedType)
            {
                AddMessage(nested, inner);
            }

            foreach (var type in message.EnumType)
            {
                Add(type.Name, inner, type);
            }

            foreach (var extension in message.Extension)
            {
                Add(extension.Name, inner, extension);
            }
        }

        void Add(string name, string scope, object declared)
        {
            var symbol = new ProtoSymbol(Join(scope, name), declared, file);
            if (!_symbols.TryAdd(symbol.FullName, symbol))
            {
                clash(declared, _symbols[symbol.FullName]);
            }
        }
    }

    /// <summary>What a name means in a file, or null.</summary>
    /// <param name="file">What it can see bounds the search.</param>
    /// <param name="name">`A.B`, or `.pkg.A.B` from the root.</param>
    /// <param name="scope">Full name of the innermost scope.</param>
    /// <param name="isType">Messages and enums only.</param>
    public ProtoSymbol? Find(ProtoFile file, string name, string scope, bool isType)
    {
        if (name[0] == '.')
        {
            return Seen(file, name[1..]);
        }

        // The first word decides the scope: `a.B` never means another a's B because the nearest a has none.
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var first = dot < 0 ? name : name[..dot];
        while (true)
        {
            var candidate = Join(scope, first);
            var symbol = Seen(file, candidate);
            if (dot < 0)
            {
                if (symbol is not null && (!isType || symbol.IsType))
                {
                    return symbol;
                }
            }
            else if (symbol is { Descriptor: not FieldDescriptorProto } || HasPackage(file, candidate))
            {
                return Seen(file, candidate + name[dot..]);
            }

            if (scope.Length == 0)
            {
                return null;
            }

            scope = Outer(scope);
        }
    }

    public static string Join(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";

    private static string Outer(string scope) => scope.LastIndexOf('.') is > 0 and var dot ? scope[..dot] : "";

    private ProtoSymbol? Seen(ProtoFile file, string fullName) =>
        _symbols.TryGetValue(fullName, out var symbol) && file.Visible.Contains(symbol.File) ? symbol : null;

    private bool HasPackage(ProtoFile file, string name) => _packages.TryGetValue(name, out var files) && files.Overlaps(file.Visible);
}
