namespace Transcoders.Http;

/// <summary>Which media types hold JSON.</summary>
public static class JsonMediaTypes
{
    /// <summary>True for `application/json`, NDJSON and JSON sequences, `text/json`, and any `+json` suffix (RFC 6839 §3.1); parameters do not matter.</summary>
    public static bool IsJson(ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        var type = (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/jsonl", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/json-seq", StringComparison.OrdinalIgnoreCase)
            || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
