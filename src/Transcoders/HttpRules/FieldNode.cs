using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>What a field is to a URL.</summary>
internal enum FieldRole : byte
{
    /// <summary>A value that text can give: a scalar, an enum, or a well-known type with a scalar JSON form.</summary>
    Leaf,

    /// <summary>A message whose fields are reached by a dot.</summary>
    Message,

    /// <summary>A map, a repeated message, or a type without a text form: only a body can set it.</summary>
    BodyOnly,
}

/// <summary>A field, compiled for being set from a URL.</summary>
internal sealed class FieldNode
{
    public required FieldDescriptor Field { get; init; }

    public required FieldRole Role { get; init; }

    /// <summary>The wire type of one value; a group's is that of its start.</summary>
    public required int WireType { get; init; }

    /// <summary>The fields of the message; set for <see cref="FieldRole.Message"/>.</summary>
    public MessageNode? Message { get; init; }

    /// <summary>Numbers by name; set for enums.</summary>
    public FrozenDictionary<string, int>? EnumNumbers { get; init; }

    /// <summary>Converts the JSON form of the value; set for well-known types.</summary>
    public PayloadPlan? JsonPlan { get; init; }

    /// <summary>The key of an entry; set for maps of leaves.</summary>
    public FieldNode? MapKey { get; init; }

    /// <summary>The value of an entry; set for maps of leaves.</summary>
    public FieldNode? MapValue { get; init; }

    /// <summary>Index of the oneof in its message; -1 when it is in none. The oneof of a proto3 `optional` does not count.</summary>
    public int Oneof { get; init; } = -1;

    public bool IsRepeated => Field.IsRepeated;
}

/// <summary>A message's fields by both of their names. Filled after construction, since messages hold each other.</summary>
internal sealed class MessageNode
{
    private FrozenDictionary<string, FieldNode>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public void Fill(Dictionary<string, FieldNode> fields) =>
        _byName = fields.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public FieldNode? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var node) ? node : null;
}
