using Transcoders.Calls;

namespace Transcoders.Sse;

/// <summary>What Server-Sent Events carry: one request, many text messages.</summary>
public static class SseTraits
{
    public const string Name = "sse";
    public const string ContentType = "text/event-stream";

    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "an SSE edge",
        StreamsRequests = false,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Text],
        NeedsSchema = false,
        RequestStreamRefusal = "an event stream flows one way only",
    };
}
