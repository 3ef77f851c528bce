namespace Transcoders.Http;

/// <summary>Which media types hold JSON.</summary>
public static class JsonMediaTypes
{
    /// <summary>True for `application/json`, NDJSON and JSON sequences, `text/json`, and any `+json` suffix (RFC 6839 §3.1); parameters do not matter.</summary>
    public static bool IsJson(ReadOnlySpan<char> contentType)
    {
        var type = WithoutParameters(contentType);
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || IsSequence(type)
            || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for the media types that hold one JSON value after the other: NDJSON, JSON lines, and JSON sequences (RFC 7464).</summary>
    public static bool IsSequence(ReadOnlySpan<char> contentType)
    {
        var type = WithoutParameters(contentType);
        return type.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/ndjson", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/jsonl", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/stream+json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/json-seq", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> WithoutParameters(ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        return (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
    }
}
