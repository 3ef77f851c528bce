using System.Globalization;

namespace Transcoders.Payloads;

/// <summary>Numbers as JSON spells them, read exactly. Source: RFC 8259 §6; PROTOCOLS §2.1.</summary>
public static class NumberText
{
    private const int ExponentBound = 100_000;

    private static readonly double[] PowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>How many bytes at the beginning are a JSON number; zero when none is, or when what follows would make it something else.</summary>
    public static int ScanNumber(ReadOnlySpan<byte> text)
    {
        var i = 0;
        if (i < text.Length && text[i] == '-')
        {
            i++;
        }

        if (i < text.Length && text[i] == '0')
        {
            i++;
        }
        else
        {
            var digits = Digits(text, i);
            if (digits == 0)
            {
                return 0;
            }

            i += digits;
        }

        if (i < text.Length && text[i] == '.')
        {
            var digits = Digits(text, i + 1);
            if (digits == 0)
            {
                return 0;
            }

            i += digits + 1;
        }

        if (i < text.Length && (text[i] | 0x20) == 'e')
        {
            i++;
            if (i < text.Length && text[i] is (byte)'+' or (byte)'-')
            {
                i++;
            }

            var digits = Digits(text, i);
            if (digits == 0)
            {
                return 0;
            }

            i += digits;
        }

        return i < text.Length && (text[i] is >= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'-' or (byte)'+' || char.IsAsciiLetter((char)text[i])) ? 0 : i;
    }

    /// <summary>Reads a whole JSON number that must be an integer, in any spelling: `12`, `1.2e1`, `120e-1`.</summary>
    /// <returns>False when it is no number, has a fraction, or does not fit 64 bits.</returns>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, out ulong magnitude, out bool negative)
    {
        magnitude = 0;
        negative = text.Length != 0 && text[0] == '-';
        if (text.Length == 0 || ScanNumber(text) != text.Length)
        {
            return false;
        }

        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var exponent = exponentAt < 0 ? 0 : ParseExponent(text[(exponentAt + 1)..]);
        mantissa = mantissa[(negative ? 1 : 0)..];
        var point = mantissa.IndexOf((byte)'.');
        var scale = exponent - (point < 0 ? 0 : mantissa.Length - point - 1);

        // Zeros at the end are taken into the exponent first, so that 1.50e1 and 100e-2 come out whole.
        var end = mantissa.Length;
        while (end > 0 && mantissa[end - 1] is (byte)'0' or (byte)'.')
        {
            scale += mantissa[end - 1] == '0' ? 1 : 0;
            end--;
        }

        if (end == 0)
        {
            return true;
        }

        if (scale < 0)
        {
            return false;
        }

        foreach (var b in mantissa[..end])
        {
            if (b != '.' && !TryAppend(ref magnitude, (uint)(b - '0')))
            {
                return false;
            }
        }

        for (; scale > 0; scale--)
        {
            if (!TryAppend(ref magnitude, 0))
            {
                return false;
            }
        }

        return true;
    }

    public static bool TryParseInt64(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (!TryParseInteger(text, out var magnitude, out var negative)
            || magnitude > (negative ? 1UL << 63 : long.MaxValue))
        {
            return false;
        }

        value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        return true;
    }

    public static bool TryParseUInt64(ReadOnlySpan<byte> text, out ulong value) =>
        TryParseInteger(text, out value, out var negative) && (!negative || value == 0);

    /// <summary>Reads a whole JSON number, or `NaN`, `Infinity`, `-Infinity`; false when it is none or beyond a double.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, bool named, out double value)
    {
        if (TryParseShort(text, out value, out var length) && length == text.Length)
        {
            return true;
        }

        if (text.Length != 0 && ScanNumber(text) == text.Length)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
        }

        return named && TryParseNamed(text, out value);
    }

    /// <summary>As <see cref="TryParseDouble"/>, for a float: what rounds beyond the greatest float is refused.</summary>
    public static bool TryParseSingle(ReadOnlySpan<byte> text, bool named, out float value)
    {
        if (text.Length != 0 && ScanNumber(text) == text.Length)
        {
            return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
        }

        value = 0;
        if (!named || !TryParseNamed(text, out var special))
        {
            return false;
        }

        value = (float)special;
        return true;
    }

    /// <summary>
    /// Numbers of at most 15 digits and a small scale are exact products of doubles, so no library call is needed
    /// (the classic fast path of Clinger's algorithm).
    /// </summary>
    internal static bool TryParseShort(ReadOnlySpan<byte> text, out double value, out int length)
    {
        value = 0;
        length = 0;
        var i = 0;
        var negative = text.Length != 0 && text[0] == '-';
        if (negative)
        {
            i++;
        }

        var first = i;
        ulong digits = 0;
        var point = -1;
        for (; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
            }
            else if (text[i] == '.' && point < 0 && i > first)
            {
                point = i;
            }
            else
            {
                break;
            }
        }

        var size = i - first;
        if (size is 0 or > 16 || point == i - 1 || (text[first] == '0' && size > 1 && point != first + 1) || digits >= 1UL << 53
            || (i < text.Length && text[i] is not ((byte)',' or (byte)'}' or (byte)']' or <= (byte)' ')))
        {
            return false;
        }

        length = i;
        value = digits;
        if (point >= 0)
        {
            value /= PowersOfTen[i - point - 1];
        }

        value = negative ? -value : value;
        return true;
    }

    private static bool TryParseNamed(ReadOnlySpan<byte> text, out double value)
    {
        value = text.SequenceEqual("NaN"u8) ? double.NaN
            : text.SequenceEqual("Infinity"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return value != 0;
    }

    private static int Digits(ReadOnlySpan<byte> text, int from)
    {
        var i = from;
        while (i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9')
        {
            i++;
        }

        return i - from;
    }

    private static int ParseExponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        var value = 0;
        foreach (var b in text)
        {
            if (b is not ((byte)'+' or (byte)'-') && value < ExponentBound)
            {
                value = (value * 10) + (b - '0');
            }
        }

        return negative ? -value : value;
    }

    private static bool TryAppend(ref ulong magnitude, uint digit)
    {
        if (magnitude > (ulong.MaxValue - digit) / 10)
        {
            return false;
        }

        magnitude = (magnitude * 10) + digit;
        return true;
    }
}
