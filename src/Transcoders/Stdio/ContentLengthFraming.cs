using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`lsp`: `Content-Length: 7`, other headers, a blank line, then that many bytes. Lines end in CRLF. Source: LSP, base protocol.</summary>
public sealed class ContentLengthFraming : StdioFraming
{
    /// <summary>Most bytes of the headers: two are defined, and both are short.</summary>
    private const int MaxHeaders = 1024;

    private const string Expected = "messages behind a Content-Length header";

    public override string Name => "lsp";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        frame = default;
        var head = buffer[..Math.Min(buffer.Length, MaxHeaders)].IndexOf("\r\n\r\n"u8);
        if (head >= 0)
        {
            var length = ReadLength(buffer[..head]);
            FramingErrors.ThrowIfOver(length, limit, "a message");
            var start = head + 4;
            if (buffer.Length - start >= length)
            {
                frame = new StdioFrame(start, (int)length, start + (int)length);
                return true;
            }
        }
        else if (buffer.Length >= MaxHeaders || !MayBeHeader(buffer))
        {
            FramingErrors.ThrowGarbage(Expected);
        }

        if (ended && !buffer.IsEmpty)
        {
            FramingErrors.ThrowCutOff();
        }

        return false;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Reserve(payload.Length + 32);
        output.Write("Content-Length: "u8);
        payload.Length.TryFormat(output.GetSpan(11), out var digits, default, CultureInfo.InvariantCulture);
        output.Advance(digits);
        output.Write("\r\n\r\n"u8);
        output.Write(payload);
    }

    /// <summary>A stray line of text on stdout is refused at its first byte that no header's name has, not when the process ends.</summary>
    private static bool MayBeHeader(ReadOnlySpan<byte> buffer)
    {
        var name = buffer.IndexOf((byte)':') is >= 0 and var colon ? buffer[..colon] : buffer;
        foreach (var value in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && value != (byte)'-')
            {
                return false;
            }
        }

        return true;
    }

    private static long ReadLength(ReadOnlySpan<byte> headers)
    {
        long? length = null;
        while (!headers.IsEmpty)
        {
            var end = headers.IndexOf("\r\n"u8);
            var line = end < 0 ? headers : headers[..end];
            headers = end < 0 ? default : headers[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                FramingErrors.ThrowGarbage(Expected);
            }

            if (!Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8))
            {
                continue;
            }

            var value = line[(colon + 1)..].Trim(" \t"u8);
            var isNumber = Utf8Parser.TryParse(value, out long read, out var consumed) && consumed == value.Length;
            if (length is not null || !isNumber || read < 0)
            {
                FramingErrors.ThrowGarbage("one Content-Length, a whole number of bytes");
            }

            length = read;
        }

        if (length is null)
        {
            FramingErrors.ThrowGarbage(Expected);
        }

        return length.Value;
    }
}
