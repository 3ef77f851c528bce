namespace Transcoders.Stdio;

/// <summary>Cuts lines. They end in LF; a CR before it belongs to the ending; the last one needs no LF.</summary>
/// <remarks>Copies nothing. `a\r\n`, `b\n` and `c` at the end of input are the lines `a`, `b`, `c`.</remarks>
public static class LineReader
{
    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    /// <summary>Cuts one line off the front of <paramref name="buffer"/>. The parameters are those of <see cref="StdioFraming.TryRead"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        var at = buffer[scanned..].IndexOf(Lf);
        if (at >= 0)
        {
            var end = scanned + at;
            scanned = 0;
            return Found(buffer, end, end + 1, limit, out frame);
        }

        if (ended && buffer.Length != 0)
        {
            scanned = 0;
            return Found(buffer, buffer.Length, buffer.Length, limit, out frame);
        }

        // Refused before its end is seen: a child may never send one.
        ThrowIfOver(LengthWithoutCr(buffer, buffer.Length), limit);
        scanned = buffer.Length;
        frame = default;
        return false;
    }

    private static bool Found(ReadOnlySpan<byte> buffer, int end, int consumed, int limit, out StdioFrame frame)
    {
        var length = LengthWithoutCr(buffer, end);
        ThrowIfOver(length, limit);
        frame = new StdioFrame(0, length, consumed);
        return true;
    }

    private static int LengthWithoutCr(ReadOnlySpan<byte> buffer, int end) =>
        end > 0 && buffer[end - 1] == Cr ? end - 1 : end;

    private static void ThrowIfOver(int length, int limit) => FramingErrors.ThrowIfOver(length, limit, "a line");
}
