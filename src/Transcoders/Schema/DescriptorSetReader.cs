using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Transcoders.Schema;

/// <summary>Reads FileDescriptorSets and puts their files in the order in which they can be linked, with missing well-known imports filled in.</summary>
internal sealed class DescriptorSetReader
{
    /// <summary>Most files of one catalogue; a schema beyond it is a mistake or an attack.</summary>
    private const int MaxFiles = 10_000;

    private static readonly ExtensionRegistry Extensions = new() { AnnotationsExtensions.Http, FieldBehaviorExtensions.FieldBehavior };

    private readonly Dictionary<string, SchemaFile> _files = new(StringComparer.Ordinal);
    private readonly List<SchemaFile> _inOrder = [];

    /// <summary>What the files' authors wrote about their declarations.</summary>
    public SchemaComments Comments { get; } = new();

    /// <summary>Adds the files of one serialised FileDescriptorSet.</summary>
    /// <param name="set">The bytes.</param>
    /// <param name="source">What messages call this set, such as `descriptor set 2`.</param>
    public void Add(ReadOnlyMemory<byte> set, string source)
    {
        FileDescriptorSet parsed;
        try
        {
            parsed = FileDescriptorSet.Parser.WithExtensionRegistry(Extensions).ParseFrom(set.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SchemaException($"{source} is not a serialised FileDescriptorSet: {e.Message}", e);
        }

        foreach (var file in parsed.File)
        {
            Add(file, source);
        }
    }

    /// <summary>Adds every file of a catalogue that was read before.</summary>
    public void Add(SchemaCatalog catalog, string source)
    {
        foreach (var file in catalog.Files)
        {
            Add(FileDescriptorProto.Parser.WithExtensionRegistry(Extensions).ParseFrom(file.SerializedData), source);
        }

        Comments.Add(catalog.Comments);
    }

    /// <summary>Links everything added: dependencies first, the caller's files before the built-in ones where order is free.</summary>
    public IReadOnlyList<FileDescriptor> Link()
    {
        var sorted = new List<ByteString>();
        foreach (var file in _inOrder.ToArray())
        {
            Visit(file, sorted);
        }

        foreach (var name in BuiltInFiles.Always)
        {
            Visit(Find(name)!, sorted);
        }

        try
        {
            return FileDescriptor.BuildFromByteStrings(sorted, Extensions);
        }
        catch (Exception e) when (e is DescriptorValidationException or InvalidProtocolBufferException or ArgumentException)
        {
            throw new SchemaException($"The schema cannot be linked: {e.Message}", e);
        }
    }

    private void Add(FileDescriptorProto proto, string source)
    {
        // Comments and positions say nothing about types, and the same file often comes with and without them.
        Comments.Add(proto);
        proto.SourceCodeInfo = null;
        var added = new SchemaFile(proto, proto.ToByteString(), source);
        if (!_files.TryGetValue(proto.Name, out var present))
        {
            if (_files.Count == MaxFiles)
            {
                throw new SchemaException($"{source} brings the schema over the limit of {MaxFiles} files.");
            }

            _files.Add(proto.Name, added);
            _inOrder.Add(added);
            return;
        }

        // Everybody carries a slightly different google/protobuf/descriptor.proto: the first is as good as any.
        if (!present.Bytes.Equals(added.Bytes) && BuiltInFiles.Find(proto.Name) is null)
        {
            throw new SchemaException(
                $"File '{proto.Name}' of {added.Source} differs from the one of {present.Source}: a catalogue holds one version of a file.");
        }
    }

    private SchemaFile? Find(string name)
    {
        if (_files.TryGetValue(name, out var file))
        {
            return file;
        }

        if (BuiltInFiles.Find(name) is { } bytes)
        {
            file = new SchemaFile(FileDescriptorProto.Parser.WithExtensionRegistry(Extensions).ParseFrom(bytes), bytes, "the built-in files");
            _files.Add(name, file);
            return file;
        }

        return null;
    }

    /// <summary>Depth-first with a stack of our own: a chain of imports may be longer than a thread's stack is deep.</summary>
    private void Visit(SchemaFile root, List<ByteString> sorted)
    {
        if (root.State != VisitState.New)
        {
            return;
        }

        var stack = new Stack<SchemaFile>();
        root.State = VisitState.Open;
        stack.Push(root);
        while (stack.TryPeek(out var file))
        {
            if (file.NextImport == file.Proto.Dependency.Count)
            {
                file.State = VisitState.Done;
                sorted.Add(file.Bytes);
                stack.Pop();
                continue;
            }

            var import = file.Proto.Dependency[file.NextImport++];
            var dependency = Find(import) ?? throw new SchemaException(
                $"File '{file.Proto.Name}' imports '{import}', which no descriptor set holds: add it, or write the set with --include_imports.");
            if (dependency.State == VisitState.Open)
            {
                throw new SchemaException($"File '{file.Proto.Name}' imports '{import}', which imports it in turn.");
            }

            if (dependency.State == VisitState.New)
            {
                dependency.State = VisitState.Open;
                stack.Push(dependency);
            }
        }
    }

    private enum VisitState : byte
    {
        New,
        Open,
        Done,
    }

    private sealed class SchemaFile(FileDescriptorProto proto, ByteString bytes, string source)
    {
        public FileDescriptorProto Proto { get; } = proto;

        public ByteString Bytes { get; } = bytes;

        public string Source { get; } = source;

        public VisitState State { get; set; }

        public int NextImport { get; set; }
    }
}
