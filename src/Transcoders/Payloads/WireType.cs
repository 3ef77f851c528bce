namespace Transcoders.Payloads;

/// <summary>The low three bits of a tag. Source: protobuf.dev/programming-guides/encoding.</summary>
public static class WireType
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Length = 2;
    public const int StartGroup = 3;
    public const int EndGroup = 4;
    public const int Fixed32 = 5;
}
