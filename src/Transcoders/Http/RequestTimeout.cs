using System.Globalization;

namespace Transcoders.Http;

/// <summary>The deadline an HTTP client asks for. Source: PROTOCOLS §10.5.</summary>
public static class RequestTimeout
{
    public const string ServerTimeoutHeader = "x-server-timeout";

    /// <summary>`x-server-timeout: 1.5` → 1.5 s; false when it is not a non-negative number of seconds.</summary>
    public static bool TryParseSeconds(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        // Not only over the range: double.TryParse also takes `NaN` and `-Infinity`, whatever the styles.
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || !(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
        {
            return false;
        }

        timeout = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
