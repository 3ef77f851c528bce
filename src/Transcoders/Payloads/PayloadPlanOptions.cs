namespace Transcoders.Payloads;

/// <summary>What to do with JSON fields that the message does not have.</summary>
public enum UnknownFieldHandling : byte
{
    /// <summary>Refuse the message: a misspelt field would otherwise be lost in silence.</summary>
    Reject = 0,

    /// <summary>Skip them, and enum names that are not declared.</summary>
    Ignore = 1,

    /// <summary>Skip them, but refuse enum names that are not declared.</summary>
    IgnoreFields = 2,
}

/// <summary>The choices of the JSON mapping. Source: PROTOCOLS §2.1, protobuf.dev/programming-guides/json.</summary>
public sealed record PayloadPlanOptions
{
    public static readonly PayloadPlanOptions Default = new();

    public UnknownFieldHandling UnknownFields { get; init; }

    /// <summary>Print fields without presence also when they hold their default, empty lists and maps included.</summary>
    public bool EmitDefaults { get; init; }

    /// <summary>
    /// With <see cref="EmitDefaults"/>, print null for fields with presence that are not set, members of oneofs and proto3 `optional` excepted:
    /// what Go's protojson calls EmitUnpopulated.
    /// </summary>
    public bool EmitNulls { get; init; }

    /// <summary>Print names as the .proto spells them rather than in lowerCamelCase.</summary>
    public bool ProtoNames { get; init; }

    /// <summary>Print enums as numbers.</summary>
    public bool EnumsAsNumbers { get; init; }

    /// <summary>Print 64-bit integers as JSON numbers. Readers that go through a double lose digits above 2^53.</summary>
    public bool Int64AsNumbers { get; init; }

    /// <summary>Accept enum names in any case.</summary>
    public bool CaseInsensitiveEnums { get; init; }

    /// <summary>Deepest nesting of messages, lists and objects on either side.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Largest input in bytes; the output is bounded by its buffer.</summary>
    public int MaxSize { get; init; } = int.MaxValue;
}
