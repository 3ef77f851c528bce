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
}
