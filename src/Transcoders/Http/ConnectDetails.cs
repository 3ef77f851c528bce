using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>
/// The details of a Connect error, which hold their messages as base64 of the wire: `{"type":"pkg.Message","value":"CgR0ZXN0"}`.
/// Source: connectrpc.com/docs/protocol, Error End-Stream.
/// </summary>
internal static class ConnectDetails
{
    private const string Prefix = "type.googleapis.com/";

    /// <summary>A google.rpc.Status on the wire with the details that can be read; empty when there are none.</summary>
    public static ReadOnlyMemory<byte> Read(StatusCode code, string message, JsonElement error)
    {
        if (!error.TryGetProperty("details", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return default;
        }

        using var details = new PayloadBuffer(int.MaxValue);
        foreach (var item in list.EnumerateArray())
        {
            if (Any(item) is { } any)
            {
                Field(details, 3, any);
            }
        }

        if (details.Length == 0)
        {
            return default;
        }

        using var status = new PayloadBuffer(int.MaxValue);
        status.Write([1 << 3, (byte)code]);
        Field(status, 2, Encoding.UTF8.GetBytes(message));
        status.Write(details.WrittenSpan);
        return status.WrittenSpan.ToArray();
    }

    private static byte[]? Any(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object
            || !item.TryGetProperty("type", out var type) || JsonTexts.Of(type) is not { } name
            || !item.TryGetProperty("value", out var value) || JsonTexts.Of(value) is not { } encoded)
        {
            return null;
        }

        // Base64 of the standard alphabet, padding optional: the URL's alphabet differs in two characters.
        var text = encoded.Replace('+', '-').Replace('/', '_');
        if (!Base64Url.IsValid(text))
        {
            return null;
        }

        using var any = new PayloadBuffer(int.MaxValue);
        Field(any, 1, Encoding.UTF8.GetBytes(name.Contains('/', StringComparison.Ordinal) ? name : Prefix + name));
        Field(any, 2, Base64Url.DecodeFromChars(text));
        return any.WrittenSpan.ToArray();
    }

    /// <summary>A length-delimited field: tag, length, bytes.</summary>
    private static void Field(PayloadBuffer output, int number, ReadOnlySpan<byte> value)
    {
        output.Write([(byte)((number << 3) | 2)]);
        var length = (uint)value.Length;
        while (length > 0x7f)
        {
            output.Write([(byte)(length | 0x80)]);
            length >>= 7;
        }

        output.Write([(byte)length]);
        output.Write(value);
    }
}
