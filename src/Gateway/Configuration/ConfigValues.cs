using System.Globalization;

namespace Gateway.Configuration;

/// <summary>The formats of values: booleans, numbers, time spans, sizes.</summary>
internal static class ConfigValues
{
    private static readonly (string Unit, long Factor)[] Units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
        ("B", 1),
    ];

    public static bool TryInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>`[d.]hh:mm:ss[.fffffff]`. A bare number is refused: .NET would read "30" as thirty days.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':') && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value);
    }

    /// <summary>`4194304` or `4MiB`: binary units only, for nobody agrees on what MB means.</summary>
    public static bool TrySize(string text, out long value)
    {
        var digits = text.AsSpan();
        var factor = 1L;
        foreach (var (unit, unitFactor) in Units)
        {
            if (digits.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                digits = digits[..^unit.Length].TrimEnd(' ');
                factor = unitFactor;
                break;
            }
        }

        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > long.MaxValue / factor)
        {
            value = 0;
            return false;
        }

        value *= factor;
        return true;
    }
}
