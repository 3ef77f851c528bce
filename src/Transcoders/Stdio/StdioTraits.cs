using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a process carries over its standard streams: messages both ways, half-close by closing stdin.</summary>
public static class StdioTraits
{
    public const string Name = "stdio";

    /// <summary>The gateway's own stdin and stdout, as `gateway call` and `gateway stdio` have them.</summary>
    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "a stdio edge",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Text, PayloadFormat.Binary],
        NeedsSchema = false,
        ArrivesAsHttp = false,
    };

    /// <param name="format">What the cluster's framing and schema make of a message.</param>
    public static ProtocolTraits Backend(PayloadFormat format) => new()
    {
        Name = Name,
        Article = "a stdio backend",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [format],
        NeedsSchema = false,
    };
}
