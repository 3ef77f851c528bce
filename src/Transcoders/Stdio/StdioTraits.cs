using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a process carries over its standard streams: messages both ways, half-close by closing stdin; or one exchange of a kind.</summary>
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

    /// <summary>Messages in a framing, in both directions.</summary>
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

    /// <summary>Bytes whose boundaries are kept, such as `len32` without a schema: an HTTP body is one message.</summary>
    public static ProtocolTraits FramedBytes { get; } = Backend(PayloadFormat.Binary) with { TakesBodyAsOneMessage = true };

    /// <summary>A JSON-RPC request and its answer; without a schema an HTTP body is the one request, its result the one answer.</summary>
    public static ProtocolTraits JsonRpc { get; } = Backend(PayloadFormat.Json) with
    {
        TakesBodyAsOneMessage = true,
        OneAnswer = new Reply(ReplyKind.Last),
    };

    /// <summary>All of stdin is one message, and all of stdout: `raw` with a schema.</summary>
    public static ProtocolTraits Exec(PayloadFormat format) => Backend(format) with
    {
        Article = "a stdio backend of Framing 'raw'",
        StreamsRequests = false,
        StreamsResponses = false,
        RequestStreamRefusal = "all it reads is one message; Framing 'ndjson' or 'len32' would work",
        ResponseStreamRefusal = "all it writes is one message; Framing 'ndjson' or 'len32' would work",
    };

    /// <summary>A raw process whose output is held until its exit code is known.</summary>
    public static ProtocolTraits Serialized { get; } = Backend(PayloadFormat.Binary) with { AnswersWithHead = true };

    /// <summary>CGI: one HTTP body in, an HTTP head and body out.</summary>
    public static ProtocolTraits Cgi { get; } = Backend(PayloadFormat.Binary) with
    {
        Article = "a CGI program",
        StreamsRequests = false,
        RequestStreamRefusal = "its input is one HTTP body",
        OpaqueShape = CallShape.ServerStreaming,
        TakesBodyAsOneMessage = true,
        AnswersWithHead = true,
        IsHttpOnly = true,
    };
}
