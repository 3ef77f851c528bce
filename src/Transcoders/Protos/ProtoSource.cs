using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>One file as parsed: its descriptor, in which names are as written and options are missing, and what is still to be done.</summary>
internal sealed class ProtoSource(string name)
{
    public FileDescriptorProto File { get; } = new() { Name = name };

    /// <summary>Type names still to be resolved.</summary>
    public List<TypeReference> References { get; } = [];

    /// <summary>Options still to be understood.</summary>
    public List<PendingOptions> Options { get; } = [];

    /// <summary>Where declarations stand, by their descriptors.</summary>
    public Dictionary<object, ProtoPosition> Positions { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Where each import stands, in their order.</summary>
    public List<ProtoPosition> Imports { get; } = [];

    /// <summary>Where each `import option` stands, in their order.</summary>
    public List<ProtoPosition> OptionImports { get; } = [];

    public bool IsProto3 { get; set; }

    public bool IsEditions { get; set; }
}

/// <summary>What a name in a source stands for.</summary>
internal enum TypeRole : byte
{
    FieldType,
    Extendee,
    MethodInput,
    MethodOutput,
}

/// <summary>A type named in a source.</summary>
/// <param name="Owner">A FieldDescriptorProto or a MethodDescriptorProto.</param>
/// <param name="Role">What of it is named.</param>
/// <param name="Name">As written.</param>
/// <param name="Scope">Full name of what it stands in: where the search begins.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record TypeReference(object Owner, TypeRole Role, string Name, string Scope, ProtoPosition Position);

/// <summary>The options of one declaration.</summary>
/// <param name="Owner">Its descriptor.</param>
/// <param name="Scope">Full name of what it stands in.</param>
/// <param name="Options">In the order of the source.</param>
internal sealed record PendingOptions(object Owner, string Scope, List<ProtoOption> Options);
