namespace Transcoders.Payloads.WellKnown;

/// <summary>google.protobuf.Timestamp as RFC 3339. Range 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.</summary>
public static class TimestampText
{
    public const long MinSeconds = -62_135_596_800;
    public const long MaxSeconds = 253_402_300_799;

    /// <summary>Most bytes <see cref="TryFormat"/> writes: `9999-12-31T23:59:59.999999999Z`.</summary>
    public const int MaxLength = 30;

    private const int SecondsPerDay = 86_400;

    /// <summary>Reads `2024-02-29T12:00:00.5+01:00`: upper-case T and Z, up to nine digits of fraction, any offset.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !Digits(text[..4], out var year) || !Digits(text.Slice(5, 2), out var month) || !Digits(text.Slice(8, 2), out var day)
            || !Digits(text.Slice(11, 2), out var hour) || !Digits(text.Slice(14, 2), out var minute) || !Digits(text.Slice(17, 2), out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var rest = text[19..];
        if (rest[0] == '.')
        {
            var length = SecondsText.FractionLength(rest[1..]);
            if (length is 0 or > 9)
            {
                return false;
            }

            nanos = SecondsText.Fraction(rest.Slice(1, length));
            rest = rest[(length + 1)..];
        }

        if (!Offset(rest, out var offset))
        {
            return false;
        }

        var days = new DateTime(year, month, day).Ticks / TimeSpan.TicksPerDay;
        seconds = (days * SecondsPerDay) + MinSeconds + (hour * 3600) + (minute * 60) + second - offset;
        return seconds is >= MinSeconds and <= MaxSeconds;
    }

    /// <summary>Writes it in UTC with 0, 3, 6 or 9 digits of fraction; false when it is out of range.</summary>
    public static bool TryFormat(long seconds, int nanos, Span<byte> target, out int written)
    {
        written = 0;
        if (seconds is < MinSeconds or > MaxSeconds || nanos is < 0 or > 999_999_999)
        {
            return false;
        }

        var sinceYearOne = seconds - MinSeconds;
        var date = DateOnly.FromDayNumber((int)(sinceYearOne / SecondsPerDay));
        var ofDay = (int)(sinceYearOne % SecondsPerDay);
        date.Deconstruct(out var year, out var month, out var day);
        TwoDigits(target, 0, year / 100);
        TwoDigits(target, 2, year % 100);
        target[4] = (byte)'-';
        TwoDigits(target, 5, month);
        target[7] = (byte)'-';
        TwoDigits(target, 8, day);
        target[10] = (byte)'T';
        TwoDigits(target, 11, ofDay / 3600);
        target[13] = (byte)':';
        TwoDigits(target, 14, ofDay / 60 % 60);
        target[16] = (byte)':';
        TwoDigits(target, 17, ofDay % 60);
        written = 19 + SecondsText.WriteFraction(nanos, target[19..]);
        target[written++] = (byte)'Z';
        return true;
    }

    private static bool Offset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1)
        {
            return text[0] == 'Z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Digits(text.Slice(1, 2), out var hours) || !Digits(text.Slice(4, 2), out var minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = (hours * 3600) + (minutes * 60);
        seconds = text[0] == '-' ? -seconds : seconds;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var b in text)
        {
            var digit = (uint)(b - '0');
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + (int)digit;
        }

        return true;
    }

    private static void TwoDigits(Span<byte> target, int at, int value)
    {
        var (tens, ones) = Math.DivRem((uint)value, 10u);
        target[at] = (byte)('0' + tens);
        target[at + 1] = (byte)('0' + ones);
    }
}
