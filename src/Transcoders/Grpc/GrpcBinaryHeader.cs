using System.Buffers.Text;

namespace Transcoders.Grpc;

/// <summary>Values of `-bin` headers: base64, padding accepted and never sent. Source: gRPC over HTTP/2, "Binary-Header".</summary>
public static class GrpcBinaryHeader
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>Null when the value is not base64.</summary>
    public static byte[]? Decode(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = value.AsSpan().Trim();
        var padding = (4 - (text.Length & 3)) & 3;
        if (padding == 3)
        {
            return null;
        }

        var padded = padding == 0 ? text.ToString() : string.Concat(text, "==".AsSpan(0, padding));
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        return Convert.TryFromBase64String(padded, bytes, out var written) ? bytes[..written] : null;
    }
}
