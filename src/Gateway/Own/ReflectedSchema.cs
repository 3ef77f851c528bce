using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Schema;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Gateway.Own;

/// <summary>
/// What reflection can be asked about: the union of the catalogues of all services that are told of. Where two hold different versions of a
/// file, each symbol is described by the first that has it. Immutable.
/// </summary>
internal sealed class ReflectedSchema
{
    private readonly List<CatalogSymbols> _catalogs = [];
    private readonly Dictionary<FileDescriptor, ReflectedFile> _byDescriptor = [];
    private readonly Dictionary<string, ReflectedFile> _byName = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    /// <param name="services">In the order in which their catalogues are asked. Guarded ones are not told of.</param>
    public ReflectedSchema(IReadOnlyCollection<ServedService> services)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        var guarded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            (service.IsGuarded ? guarded : told).Add(service.Name);
        }

        ServiceNames = [.. told.Order(StringComparer.Ordinal)];
        var seen = new HashSet<SchemaCatalog>(ReferenceEqualityComparer.Instance);
        foreach (var service in services)
        {
            if (told.Contains(service.Name) && seen.Add(service.Schema))
            {
                Add(service.Schema, told, guarded);
            }
        }
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<string> ServiceNames { get; }

    /// <summary>Names of files of which there are several versions.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>The file of that name, or null.</summary>
    public ReflectedFile? FindFile(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The file that declares a symbol, or null.</summary>
    public ReflectedFile? FindSymbol(string name)
    {
        foreach (var catalog in _catalogs)
        {
            if (catalog.FileOf(name) is { } file && _byDescriptor.TryGetValue(file, out var found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The file that declares the extension of a message under a number, or null.</summary>
    public ReflectedFile? FindExtension(string message, int number)
    {
        foreach (var catalog in _catalogs)
        {
            if (catalog.Schema.FindExtension(message, number)?.File is { } file && _byDescriptor.TryGetValue(file, out var found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The numbers of all extensions of a message, in order; null when there is no such message.</summary>
    public IReadOnlyCollection<int>? FindExtensionNumbers(string message)
    {
        var numbers = new SortedSet<int>();
        var isKnown = false;
        foreach (var catalog in _catalogs)
        {
            isKnown |= catalog.Schema.FindMessage(message)?.File is { } file && _byDescriptor.ContainsKey(file);
            foreach (var extension in catalog.Schema.FindExtensions(message))
            {
                if (_byDescriptor.ContainsKey(extension.File))
                {
                    numbers.Add(extension.FieldNumber);
                }
            }
        }

        return isKnown ? numbers : null;
    }

    private void Add(SchemaCatalog schema, HashSet<string> told, HashSet<string> guarded)
    {
        var services = new Dictionary<string, ServiceDescriptor>(StringComparer.Ordinal);
        foreach (var file in schema.Files)
        {
            foreach (var service in file.Services)
            {
                if (told.Contains(service.FullName))
                {
                    services.TryAdd(service.FullName, service);
                }
            }
        }

        var secret = FindSecret(schema, told, guarded);
        foreach (var file in schema.Files)
        {
            if (!secret.Contains(file))
            {
                Add(file, guarded);
            }
        }

        _catalogs.Add(new CatalogSymbols(schema, services.ToFrozenDictionary(StringComparer.Ordinal)));
    }

    /// <summary>Each file comes after those it imports, so its imports are there.</summary>
    private void Add(FileDescriptor file, HashSet<string> guarded)
    {
        var imports = new List<ReflectedFile>(file.Dependencies.Count);
        foreach (var import in file.Dependencies)
        {
            imports.Add(_byDescriptor[import]);
        }

        var bytes = Without(file, guarded);
        if (!_byName.TryGetValue(file.Name, out var present))
        {
            _byName.Add(file.Name, present = new ReflectedFile(file.Name, bytes, imports));
        }
        else if (!present.IsSame(bytes, imports))
        {
            // Everybody carries a slightly different google/protobuf/descriptor.proto, and health.proto.
            if (!present.Bytes.Equals(bytes) && !file.Name.StartsWith("google/protobuf/", StringComparison.Ordinal) && !file.Name.StartsWith("grpc/", StringComparison.Ordinal))
            {
                _differences.Add(file.Name);
            }

            present = new ReflectedFile(file.Name, bytes, imports);
        }

        _byDescriptor.Add(file, present);
    }

    /// <summary>The file's bytes, its guarded services taken out.</summary>
    private static ByteString Without(FileDescriptor file, HashSet<string> guarded)
    {
        if (!file.Services.Any(service => guarded.Contains(service.FullName)))
        {
            return file.SerializedData;
        }

        var proto = file.ToProto();
        for (var i = file.Services.Count - 1; i >= 0; i--)
        {
            if (guarded.Contains(file.Services[i].FullName))
            {
                proto.Service.RemoveAt(i);
            }
        }

        return proto.ToByteString();
    }

    /// <summary>The files that only guarded services need.</summary>
    private static HashSet<FileDescriptor> FindSecret(SchemaCatalog schema, HashSet<string> told, HashSet<string> guarded)
    {
        var secret = new HashSet<FileDescriptor>();
        var open = new HashSet<FileDescriptor>();
        foreach (var file in schema.Files)
        {
            if (file.Services.Any(service => told.Contains(service.FullName)))
            {
                Close(file, open);
            }
            else if (file.Services.Any(service => guarded.Contains(service.FullName)))
            {
                Close(file, secret);
            }
        }

        if (secret.Count > 0)
        {
            // A file that neither needs is open, and so is what it imports.
            foreach (var file in schema.Files)
            {
                if (!secret.Contains(file))
                {
                    Close(file, open);
                }
            }

            secret.ExceptWith(open);
        }

        return secret;
    }

    private static void Close(FileDescriptor file, HashSet<FileDescriptor> files)
    {
        var waiting = new Stack<FileDescriptor>();
        waiting.Push(file);
        while (waiting.TryPop(out var next))
        {
            if (files.Add(next))
            {
                foreach (var import in next.Dependencies)
                {
                    waiting.Push(import);
                }
            }
        }
    }
}
