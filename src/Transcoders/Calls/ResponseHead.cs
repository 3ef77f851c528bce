namespace Transcoders.Calls;

/// <summary>How an answer opens.</summary>
public sealed class ResponseHead
{
    /// <summary>An answer that opens with nothing to say.</summary>
    public static readonly ResponseHead Empty = new();

    /// <summary>Initial metadata; null when there is none.</summary>
    public CallMetadata? Metadata { get; init; }

    /// <summary>Media type of opaque payloads, such as an HTTP backend's `image/png`; null when the edge should choose.</summary>
    public string? ContentType { get; init; }

    /// <summary>The HTTP status an HTTP backend answered with; zero when the backend has none.</summary>
    public int HttpStatus { get; init; }
}
