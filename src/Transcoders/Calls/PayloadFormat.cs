namespace Transcoders.Calls;

/// <summary>What the bytes of a message are. Bytes keep their own format across the hub; a plan converts format to format.</summary>
public enum PayloadFormat : byte
{
    /// <summary>One JSON value, UTF-8.</summary>
    Json = 0,

    /// <summary>One protobuf message in the binary wire format.</summary>
    Protobuf = 1,

    /// <summary>UTF-8 text of which nothing else is known.</summary>
    Text = 2,

    /// <summary>Bytes of which nothing is known.</summary>
    Binary = 3,
}

public static class PayloadFormats
{
    public const int Count = 4;
}
