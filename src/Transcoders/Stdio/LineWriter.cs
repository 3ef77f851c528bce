using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>Writes one message as one line, LF at its end.</summary>
public static class LineWriter
{
    /// <summary>Appends a text. One line ending at its end is taken as ours; any other line break is refused, since it would be two messages.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT; nothing was appended.</exception>
    public static void WriteText(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var line = WithoutEnding(payload);
        var at = line.IndexOfAny((byte)'\n', (byte)'\r');
        if (at >= 0)
        {
            throw new CallException(
                StatusCode.InvalidArgument,
                $"The message has a line break at byte {at}; the process behind this route takes one line per message.");
        }

        Append(line, output);
    }

    /// <summary>
    /// Appends a JSON value. Line breaks in it can only stand between tokens (RFC 8259 §7 has none inside a string),
    /// so a blank says the same: `{\n "a": 1 }` → `{  "a": 1 }`.
    /// </summary>
    public static void WriteJson(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var start = output.Length;
        var line = WithoutEnding(payload);
        Append(line, output);
        if (line.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            return;
        }

        var written = output.Raw.Slice(start, line.Length);
        written.Replace((byte)'\n', (byte)' ');
        written.Replace((byte)'\r', (byte)' ');
    }

    private static void Append(ReadOnlySpan<byte> line, PayloadBuffer output)
    {
        output.Reserve(line.Length + 1);
        output.Write(line);
        output.Write("\n"u8);
    }

    private static ReadOnlySpan<byte> WithoutEnding(ReadOnlySpan<byte> payload)
    {
        if (payload.EndsWith("\r\n"u8))
        {
            return payload[..^2];
        }

        return payload.EndsWith("\n"u8) ? payload[..^1] : payload;
    }
}
