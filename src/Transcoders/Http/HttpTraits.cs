using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>What plain HTTP carries.</summary>
public static class HttpTraits
{
    public const string Name = "http";

    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "an HTTP edge",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Text, PayloadFormat.Binary],
        NeedsSchema = false,
        ExpectsOneAnswer = true,
        CarriesHttp = true,
    };

    /// <param name="hasSchema">Whether the cluster has a schema: its methods are then called by their HTTP rules.</param>
    /// <param name="duplex">Whether its servers answer while they are asked.</param>
    public static ProtocolTraits Backend(bool hasSchema, bool duplex) => new()
    {
        Name = Name,
        Article = "an HTTP backend",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = hasSchema ? [PayloadFormat.Protobuf] : [PayloadFormat.Json, PayloadFormat.Text, PayloadFormat.Binary],
        NeedsSchema = false,
        OpaqueShape = CallShape.ServerStreaming,
        TakesBodyAsOneMessage = true,
        AnswersLeniently = true,
        DuplexRefusal = duplex ? null : "an HTTP server answers when it has been asked; \"Http\": { \"Duplex\": true } would be right where it answers meanwhile, over HTTP/2",
    };
}
