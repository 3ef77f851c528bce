namespace Transcoders.Calls;

/// <summary>What one protocol can carry on one side of the gateway. Protocols are known by these values; no code switches on their names.</summary>
public sealed record ProtocolTraits
{
    /// <summary>The registered name (`http`, `grpc`).</summary>
    public required string Name { get; init; }

    /// <summary>How messages read in a sentence: `an SSE edge`.</summary>
    public required string Article { get; init; }

    /// <summary>Can carry more than one request message.</summary>
    public required bool StreamsRequests { get; init; }

    /// <summary>Can carry more than one response message.</summary>
    public required bool StreamsResponses { get; init; }

    /// <summary>Payload formats it can carry, in order of preference.</summary>
    public required IReadOnlyList<PayloadFormat> Formats { get; init; }

    /// <summary>A call names one method of a schema; without a schema there is nothing to call.</summary>
    public required bool NeedsSchema { get; init; }

    /// <summary>Why requests cannot stream, in the words of the planner's sentence; null when they can.</summary>
    public string? RequestStreamRefusal { get; init; }
}
