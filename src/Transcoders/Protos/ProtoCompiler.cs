using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Protos;

/// <summary>What became of sources.</summary>
/// <param name="Files">Every file without problems, each after those it imports, with comments; the imported ones are among them.</param>
/// <param name="Problems">What is wrong with the others: at most one problem of syntax for each file, and none for those that import them.</param>
public sealed record ProtoCompilation(FileDescriptorSet Files, IReadOnlyList<ProtoProblem> Problems);

/// <summary>
/// Compiles .proto sources into descriptors, as `protoc --include_imports` does. Imports of google/protobuf, google/api, google/rpc, google/type
/// and google/longrunning need not be there: they come with the gateway.
/// </summary>
public sealed class ProtoCompiler
{
    private const int MaxFiles = 10_000;
    private const int MaxProblems = 100;
    private const string DescriptorFile = "google/protobuf/descriptor.proto";

    private readonly Func<string, string?> _read;
    private readonly string _searched;
    private readonly Dictionary<string, ProtoFile?> _files = new(StringComparer.Ordinal);
    private readonly ProtoSymbols _symbols = new();
    private readonly List<ProtoProblem> _problems = [];
    private readonly FileDescriptorSet _done = new();
    private readonly OptionEncoder _options;

    private ProtoCompiler(Func<string, string?> read, string searched)
    {
        _read = read;
        _searched = searched;
        _options = new OptionEncoder(_symbols);
    }

    /// <param name="names">The files, under the names by which others import them.</param>
    /// <param name="read">The text of the file imported under a name; null when there is none.</param>
    /// <param name="searched">Where <paramref name="read"/> looks, for messages.</param>
    public static ProtoCompilation Compile(IReadOnlyList<string> names, Func<string, string?> read, string searched)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(read);
        var compiler = new ProtoCompiler(read, searched);
        compiler.Compile(names);
        return new ProtoCompilation(compiler._done, compiler._problems);
    }

    private void Compile(IReadOnlyList<string> names)
    {
        // The options of every file are messages of this one, imported or not.
        if (Load(DescriptorFile) is { } descriptor)
        {
            Finish(descriptor, isWanted: false);
        }

        foreach (var name in names)
        {
            if (Load(name) is { } file)
            {
                Visit(file);
            }
            else
            {
                Report(new ProtoProblem(name, 0, 0, $"there is no such file in {_searched}."));
            }
        }
    }

    /// <summary>The file of that name, parsed; null when nobody has it.</summary>
    private ProtoFile? Load(string name)
    {
        if (_files.TryGetValue(name, out var known))
        {
            return known;
        }

        ProtoFile? file = null;
        if (_files.Count >= MaxFiles)
        {
            Report(new ProtoProblem(name, 0, 0, $"brings the sources over the limit of {MaxFiles} files."));
        }
        else if (_read(name) is { } text)
        {
            file = Parse(name, text);
        }
        else if (BuiltInFiles.Find(name) is { } bytes)
        {
            file = new ProtoFile(FileDescriptorProto.Parser.ParseFrom(bytes), null);
        }
        else if (BundledProtos.Find(name) is { } bundled)
        {
            file = Parse(name, bundled);
        }

        _files.Add(name, file);
        return file;
    }

    private ProtoFile Parse(string name, string text)
    {
        try
        {
            var source = ProtoParser.Parse(name, text);
            return new ProtoFile(source.File, source);
        }
        catch (ProtoSyntaxException e)
        {
            Report(new ProtoProblem(name, e.Position.Line, e.Position.Column, e.Message));
            return new ProtoFile(new FileDescriptorProto { Name = name }, null) { HasFailed = true, Visit = ProtoVisit.Done };
        }
    }

    /// <summary>Imports first, with a stack of our own: a chain of imports may be longer than a thread's stack is deep.</summary>
    private void Visit(ProtoFile root)
    {
        var stack = new Stack<(ProtoFile File, int Next)>();
        Push(root);
        while (stack.TryPop(out var top))
        {
            var (file, next) = top;
            var imports = file.Descriptor.Dependency.Count;
            if (next == imports + file.Descriptor.OptionDependency.Count)
            {
                Finish(file, isWanted: true);
                continue;
            }

            stack.Push((file, next + 1));
            var isOption = next >= imports;
            var name = isOption ? file.Descriptor.OptionDependency[next - imports] : file.Descriptor.Dependency[next];
            var import = Load(name);
            if (import is null)
            {
                Fail(file, Position(file, next, isOption, imports), $"'{name}' is in none of the import paths: {_searched}.");
            }
            else if (import.Visit == ProtoVisit.Open)
            {
                Fail(file, Position(file, next, isOption, imports), $"'{name}' imports this file in turn.");
            }
            else
            {
                Push(import);
            }
        }

        void Push(ProtoFile file)
        {
            if (file.Visit == ProtoVisit.New)
            {
                file.Visit = ProtoVisit.Open;
                stack.Push((file, 0));
            }
        }
    }

    private static ProtoPosition Position(ProtoFile file, int index, bool isOption, int imports) =>
        file.Source is not { } source ? default : isOption ? source.OptionImports[index - imports] : source.Imports[index];

    /// <summary>Every import of the file is done: it can be linked, and its options understood.</summary>
    private void Finish(ProtoFile file, bool isWanted)
    {
        file.Visit = ProtoVisit.Done;
        See(file);
        if (!file.IsLinked)
        {
            file.IsLinked = true;
            _symbols.Add(file, (declared, other) => Fail(
                file, file.Source?.Positions.GetValueOrDefault(declared) ?? default, $"'{other.FullName}' is already declared in '{other.File.Descriptor.Name}'."));
            if (!file.HasFailed && file.Source is { } source)
            {
                new ProtoLinker(file, source, _symbols, (position, text) => Fail(file, position, text)).Link();
                if (!file.HasFailed)
                {
                    Interpret(file, source);
                }
            }
        }

        if (isWanted && !file.HasFailed)
        {
            _done.File.Add(file.Descriptor);
        }
        else if (!isWanted)
        {
            // Not asked for yet: whoever imports it comes by again.
            file.Visit = ProtoVisit.New;
        }
    }

    private void See(ProtoFile file)
    {
        file.Visible.Add(file);
        foreach (var name in file.Descriptor.Dependency)
        {
            See(file, name);
        }

        foreach (var name in file.Descriptor.OptionDependency)
        {
            See(file, name);
        }
    }

    private void See(ProtoFile file, string name)
    {
        if (_files.GetValueOrDefault(name) is not { HasFailed: false } import)
        {
            file.HasFailed = true;
            return;
        }

        // What an import sees of its public imports, those see of theirs.
        if (file.Visible.Add(import))
        {
            foreach (var index in import.Descriptor.PublicDependency)
            {
                See(file, import.Descriptor.Dependency[index]);
            }
        }
    }

    private void Interpret(ProtoFile file, ProtoSource source)
    {
        // Fields of extensions first: what they say (packed, retention) shapes the options that use them.
        foreach (var pass in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var pending in source.Options)
            {
                if (pass != pending.Owner is FieldDescriptorProto)
                {
                    continue;
                }

                try
                {
                    OptionTypes.Merge(pending.Owner, type => _options.Encode(file, type, pending));
                }
                catch (ProtoSyntaxException e)
                {
                    Fail(file, e.Position, e.Message);
                }
            }
        }
    }

    private void Fail(ProtoFile file, ProtoPosition position, string text)
    {
        file.HasFailed = true;
        Report(new ProtoProblem(file.Descriptor.Name, position.Line, position.Column, text));
    }

    private void Report(ProtoProblem problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(problem);
        }
    }
}
