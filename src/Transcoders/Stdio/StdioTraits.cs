using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a process carries over its standard streams: messages both ways, half-close by closing stdin.</summary>
public static class StdioTraits
{
    public const string Name = "stdio";

    /// <param name="format">What the cluster's framing and schema make of a message.</param>
    public static ProtocolTraits Backend(PayloadFormat format) => new()
    {
        Name = Name,
        Article = "a stdio backend",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [format],
        NeedsSchema = false,
        HasProcessStreams = true,
    };
}
