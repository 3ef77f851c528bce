using Transcoders.Calls;

namespace Transcoders.Sse;

/// <summary>What Server-Sent Events carry: one request, many text messages.</summary>
public static class SseTraits
{
    public const string Name = "sse";
    public const string ContentType = "text/event-stream";
    private const string Refusal = "an event stream flows one way only";

    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "an SSE edge",
        StreamsRequests = false,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Text],
        NeedsSchema = false,
        RequestStreamRefusal = Refusal,
    };

    /// <param name="hasSchema">With a schema a request is a message to be laid out as a URL and a body; without one it passes as it is.</param>
    public static ProtocolTraits Backend(bool hasSchema) => new()
    {
        Name = Name,
        Article = "an SSE backend",
        StreamsRequests = false,
        StreamsResponses = true,
        Formats = [hasSchema ? PayloadFormat.Protobuf : PayloadFormat.Text],
        NeedsSchema = false,
        RequestStreamRefusal = Refusal,
        OpaqueShape = CallShape.ServerStreaming,
        TakesBodyAsOneMessage = true,
        IsSubscription = !hasSchema,
        OneAnswer = new Reply(ReplyKind.Events),
        UnaryReply = Reply.First,
        AnswersLeniently = true,
    };
}
