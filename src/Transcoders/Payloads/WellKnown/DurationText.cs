using System.Buffers.Text;

namespace Transcoders.Payloads.WellKnown;

/// <summary>google.protobuf.Duration as decimal seconds with an `s`. Range ±315,576,000,000.999999999 s, as the conformance tests hold.</summary>
public static class DurationText
{
    public const long MaxSeconds = 315_576_000_000;

    /// <summary>Most bytes <see cref="TryFormat"/> writes.</summary>
    public const int MaxLength = 24;

    /// <summary>Reads `-1.5s`: up to nine digits of fraction; seconds and nanos get the same sign.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        if (text.Length < 2 || text[^1] != 's')
        {
            return false;
        }

        text = text[..^1];
        var negative = text[0] == '-';
        if (negative)
        {
            text = text[1..];
        }

        var whole = SecondsText.FractionLength(text);
        if (whole is 0 or > 18)
        {
            return false;
        }

        foreach (var b in text[..whole])
        {
            seconds = (seconds * 10) + (b - '0');
        }

        text = text[whole..];
        if (text.Length != 0)
        {
            if (text[0] != '.' || text.Length is < 2 or > 10 || SecondsText.FractionLength(text[1..]) != text.Length - 1)
            {
                return false;
            }

            nanos = SecondsText.Fraction(text[1..]);
        }

        if (negative)
        {
            seconds = -seconds;
            nanos = -nanos;
        }

        return InRange(seconds, nanos);
    }

    /// <summary>Writes it with 0, 3, 6 or 9 digits of fraction; false when out of range or the signs differ.</summary>
    public static bool TryFormat(long seconds, int nanos, Span<byte> target, out int written)
    {
        written = 0;
        if (!InRange(seconds, nanos))
        {
            return false;
        }

        if (seconds < 0 || nanos < 0)
        {
            target[written++] = (byte)'-';
            seconds = -seconds;
            nanos = -nanos;
        }

        Utf8Formatter.TryFormat(seconds, target[written..], out var digits);
        written += digits;
        written += SecondsText.WriteFraction(nanos, target[written..]);
        target[written++] = (byte)'s';
        return true;
    }

    private static bool InRange(long seconds, int nanos) =>
        seconds is >= -MaxSeconds and <= MaxSeconds && nanos is > -1_000_000_000 and < 1_000_000_000
        && !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0);
}
