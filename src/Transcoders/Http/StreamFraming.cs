namespace Transcoders.Http;

/// <summary>How an HTTP answer carries a stream of messages. Source: PROTOCOLS §10.4.</summary>
public enum StreamFraming
{
    /// <summary>`{"result":M}` a line, a failure as a last `{"error":Status}` line.</summary>
    Ndjson,

    /// <summary>As <see cref="Ndjson"/>, under the media type application/json: what grpc-gateway sends.</summary>
    ResultLines,

    /// <summary>`M` a line under application/json, a failure as a last line that is the Status itself: what ASP.NET's JSON transcoding sends.</summary>
    StatusLines,

    /// <summary>`M` a line; a failure breaks the connection off.</summary>
    NdjsonBare,

    /// <summary>`[M,M]`; a failure breaks the connection off before `]`.</summary>
    Array,

    /// <summary>RS, `M`, LF for each message (RFC 7464); a failure breaks the connection off.</summary>
    JsonSeq,

    /// <summary>Text a line; a failure breaks the connection off.</summary>
    TextLines,

    /// <summary>The bytes as they come; a failure breaks the connection off.</summary>
    Raw,
}

/// <summary>Bytes around the messages of a stream, and its media type.</summary>
public static class StreamFramings
{
    public static string ContentType(StreamFraming framing) => framing switch
    {
        StreamFraming.Ndjson => "application/x-ndjson",
        StreamFraming.NdjsonBare => "application/x-ndjson",
        StreamFraming.Array or StreamFraming.ResultLines or StreamFraming.StatusLines => "application/json",
        StreamFraming.JsonSeq => "application/json-seq",
        StreamFraming.TextLines => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    public static ReadOnlySpan<byte> Before(StreamFraming framing, bool first) => framing switch
    {
        StreamFraming.Ndjson or StreamFraming.ResultLines => "{\"result\":"u8,
        StreamFraming.Array => first ? "["u8 : ","u8,
        StreamFraming.JsonSeq => "\u001e"u8,
        _ => default,
    };

    public static ReadOnlySpan<byte> After(StreamFraming framing) => framing switch
    {
        StreamFraming.Ndjson or StreamFraming.ResultLines => "}\n"u8,
        StreamFraming.NdjsonBare or StreamFraming.StatusLines => "\n"u8,
        StreamFraming.JsonSeq => "\n"u8,
        StreamFraming.TextLines => "\n"u8,
        _ => default,
    };

    /// <summary>What closes a stream that ended well.</summary>
    public static ReadOnlySpan<byte> Close(StreamFraming framing, bool empty) => framing switch
    {
        StreamFraming.Array => empty ? "[]"u8 : "]"u8,
        _ => default,
    };

    /// <summary>True when a failure can be told inside the stream.</summary>
    public static bool CarriesErrors(StreamFraming framing) => framing is StreamFraming.Ndjson or StreamFraming.ResultLines or StreamFraming.StatusLines;

    /// <summary>What stands before the JSON of a status that ends a stream, and after it; for framings that carry errors.</summary>
    public static ReadOnlySpan<byte> BeforeError(StreamFraming framing) => framing == StreamFraming.StatusLines ? default : "{\"error\":"u8;

    /// <inheritdoc cref="BeforeError"/>
    public static ReadOnlySpan<byte> AfterError(StreamFraming framing) => framing == StreamFraming.StatusLines ? "\n"u8 : "}\n"u8;
}
