using System.Buffers;
using System.Text;

namespace Transcoders.Sse;

/// <summary>Writes events in the form that WHATWG HTML §9.2.6 parses.</summary>
/// <remarks>Line ends inside a value can never begin a field: data is split over several `data:` lines, ids and names lose CR, LF and NUL.</remarks>
public static class SseWriter
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>`: ka`, a comment that keeps proxies and clients from giving up.</summary>
    public static void WriteComment(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(": "u8);
        output.Write(text);
        output.Write("\n\n"u8);
    }

    /// <summary>`retry: 3000`, the reconnection time in milliseconds.</summary>
    public static void WriteRetry(IBufferWriter<byte> output, long milliseconds)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("retry: "u8);
        WriteNumber(output, milliseconds);
        output.Write("\n\n"u8);
    }

    /// <summary>`id: key.7`.</summary>
    public static void WriteId(IBufferWriter<byte> output, ReadOnlySpan<byte> key, long sequence)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("id: "u8);
        output.Write(key);
        output.Write("."u8);
        WriteNumber(output, sequence);
        output.Write("\n"u8);
    }

    /// <summary>`name: value`, for `id` and `event`; CR, LF and NUL are left out of the value.</summary>
    public static void WriteField(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(name);
        output.Write(": "u8);
        while (value.Length > 0)
        {
            var bad = value.IndexOfAny('\r', '\n', '\0');
            Encoding.UTF8.GetBytes(bad < 0 ? value : value[..bad], output);
            value = bad < 0 ? default : value[(bad + 1)..];
        }

        output.Write("\n"u8);
    }

    /// <summary>The `data:` lines of a payload and the blank line that dispatches the event.</summary>
    public static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (true)
        {
            output.Write("data: "u8);
            var end = payload.IndexOfAny(LineEnds);
            if (end < 0)
            {
                output.Write(payload);
                output.Write("\n\n"u8);
                return;
            }

            output.Write(payload[..end]);
            output.Write("\n"u8);
            var width = payload[end] == '\r' && end + 1 < payload.Length && payload[end + 1] == '\n' ? 2 : 1;
            payload = payload[(end + width)..];
        }
    }

    private static void WriteNumber(IBufferWriter<byte> output, long value)
    {
        var span = output.GetSpan(20);
        value.TryFormat(span, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
