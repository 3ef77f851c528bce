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
}
