using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using Transcoders.Calls;

namespace Gateway.Edges.Grpc;

/// <summary>
/// The request of a Connect GET: `?connect=v1&amp;encoding=json&amp;message=…&amp;base64=1&amp;compression=gzip`.
/// Source: connectrpc.com/docs/protocol, "Unary-Get-Request".
/// </summary>
internal static class ConnectQuery
{
    /// <summary>True when the query says that it is Connect's.</summary>
    public static bool Names(string? query) => query is { Length: > 0 } && Find(query, "connect") is "v1";

    public static PayloadFormat? FormatOf(string? query) => Find(query, "encoding") switch
    {
        "json" => PayloadFormat.Json,
        "proto" => PayloadFormat.Protobuf,
        _ => null,
    };

    /// <summary>The encoding of the message; `identity` when none is named.</summary>
    public static string EncodingOf(string? query)
    {
        var name = Find(query, "compression");
        return name.IsEmpty ? "identity" : WebUtility.UrlDecode(name.ToString());
    }

    /// <summary>The message's bytes, as encoded; null when there is none or its base64 is not.</summary>
    public static byte[]? MessageOf(string? query)
    {
        if (!TryFind(query, "message", out var text))
        {
            return null;
        }

        // Percent-decoded to bytes: a message of protobuf is no text.
        var escaped = Encoding.UTF8.GetBytes(text.ToString());
        var bytes = WebUtility.UrlDecodeToBytes(escaped, 0, escaped.Length);
        if (Find(query, "base64") is not "1")
        {
            return bytes;
        }

        // The URL's alphabet is asked for; the other one, and padding, are understood.
        foreach (ref var value in bytes.AsSpan())
        {
            value = value switch { (byte)'+' or (byte)' ' => (byte)'-', (byte)'/' => (byte)'_', _ => value };
        }

        var decoded = new byte[Base64Url.GetMaxDecodedLength(bytes.Length)];
        return Base64Url.DecodeFromUtf8(bytes, decoded, out _, out var length) == OperationStatus.Done ? decoded[..length] : null;
    }

    private static ReadOnlySpan<char> Find(string? query, string name) => TryFind(query, name, out var value) ? value : default;

    private static bool TryFind(string? query, string name, out ReadOnlySpan<char> value)
    {
        var rest = query.AsSpan().TrimStart('?');
        foreach (var part in rest.Split('&'))
        {
            var pair = rest[part];
            if (pair.StartsWith(name, StringComparison.Ordinal) && pair.Length > name.Length && pair[name.Length] == '=')
            {
                value = pair[(name.Length + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }
}
