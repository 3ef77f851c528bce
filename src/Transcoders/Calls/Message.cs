namespace Transcoders.Calls;

/// <summary>One payload, on loan: valid until the half that produced it is read again or disposed.</summary>
/// <param name="Payload">The bytes, contiguous. Empty is a message like any other.</param>
/// <param name="Format">What the bytes are.</param>
public readonly record struct Message(ReadOnlyMemory<byte> Payload, PayloadFormat Format)
{
    /// <summary>The cursor a resumable stream gave this message (an SSE id); null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>The event name an SSE source gave this message; null when it has none.</summary>
    public string? Event { get; init; }
}
