using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>What a WebSocket carries: messages both ways, and no half-close of its own.</summary>
public static class WebSocketTraits
{
    public const string Name = "websocket";

    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "a WebSocket edge",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Protobuf, PayloadFormat.Text, PayloadFormat.Binary],
        NeedsSchema = false,
    };

    /// <summary>A WebSocket server as backend.</summary>
    /// <param name="format">What messages of a known schema are; null on a route without schema, where they pass as they come.</param>
    /// <param name="isEnvelope">True when the socket speaks <see cref="Subprotocols.Envelope"/>, which ends calls by itself.</param>
    /// <param name="requestStreamRefusal">Why a client cannot stream, in the words of <see cref="ProtocolTraits.RequestStreamRefusal"/>; null when it can.</param>
    public static ProtocolTraits Backend(PayloadFormat? format, bool isEnvelope, string? requestStreamRefusal) => new()
    {
        Name = Name,
        Article = "a WebSocket backend",
        StreamsRequests = requestStreamRefusal is null,
        StreamsResponses = true,
        Formats = format is { } one ? [one] : [PayloadFormat.Text, PayloadFormat.Json, PayloadFormat.Binary],
        NeedsSchema = false,
        RequestStreamRefusal = requestStreamRefusal,
        TakesBodyAsOneMessage = true,
        LacksHalfClose = format is null && !isEnvelope,
        OneAnswer = Reply.First,
        UnaryReply = isEnvelope ? null : Reply.First,
    };
}
