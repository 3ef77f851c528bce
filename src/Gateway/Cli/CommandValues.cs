using System.Globalization;
using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Cli;

/// <summary>Values of options, as people write them.</summary>
internal static class CommandValues
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>`5s`, `500ms`, `2m`, `1.5h` or `00:00:05`; more than nothing, and less than a year.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        if (!ConfigValues.TryDuration(text, out value))
        {
            var (unit, factor) = Array.Find(Units, entry => text.EndsWith(entry.Unit, StringComparison.Ordinal));
            if (unit is null || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * factor > 365 * 86400.0)
            {
                return false;
            }

            value = TimeSpan.FromSeconds(number * factor);
        }

        return value > TimeSpan.Zero;
    }

    /// <summary>`Name: value`, as curl takes it.</summary>
    public static bool TryHeader(string text, out KeyValuePair<string, string> header)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        header = colon > 0 ? new(text[..colon].Trim(), text[(colon + 1)..].Trim()) : default;
        return colon > 0 && MetadataText.IsName(header.Key) && MetadataText.IsValue(header.Value);
    }
}
