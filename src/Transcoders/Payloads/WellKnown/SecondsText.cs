namespace Transcoders.Payloads.WellKnown;

/// <summary>Fractions of a second as timestamps and durations share them.</summary>
internal static class SecondsText
{
    private static readonly int[] Scale = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    public static int FractionLength(ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return length < 0 ? text.Length : length;
    }

    /// <summary>`5` → 500000000. One to nine digits.</summary>
    public static int Fraction(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var b in digits)
        {
            value = (value * 10) + (b - '0');
        }

        return value * Scale[digits.Length];
    }

    /// <summary>Writes `.123` with 3, 6 or 9 digits, or nothing for zero.</summary>
    public static int WriteFraction(int nanos, Span<byte> target)
    {
        if (nanos == 0)
        {
            return 0;
        }

        var digits = 9;
        while (nanos % 1000 == 0)
        {
            nanos /= 1000;
            digits -= 3;
        }

        target[0] = (byte)'.';
        for (var i = digits; i > 0; i--)
        {
            target[i] = (byte)('0' + (nanos % 10));
            nanos /= 10;
        }

        return digits + 1;
    }
}
