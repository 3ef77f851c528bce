namespace Transcoders.Protos;

internal enum ProtoTokenKind : byte
{
    End,
    Identifier,
    Integer,
    Float,
    String,
    Symbol,
}

/// <summary>One word of a source; its text is a slice of it.</summary>
internal readonly record struct ProtoToken(ProtoTokenKind Kind, int Start, int Length, ProtoPosition Position);

/// <summary>What stands in comments between two tokens.</summary>
/// <param name="Trailing">Belongs to the declaration before it; empty when none does.</param>
/// <param name="Leading">Belongs to the declaration after it; empty when none does.</param>
internal readonly record struct ProtoGap(string Trailing, string Leading);
