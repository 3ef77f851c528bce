using System.Globalization;

namespace Transcoders.Http;

/// <summary>When a server wants to be asked again. Source: RFC 9110 §10.2.3.</summary>
public static class RetryAfter
{
    /// <summary>Longest wait passed on.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    /// <summary>`120` and `Fri, 31 Dec 1999 23:59:59 GMT` → a delay from <paramref name="now"/>; null for anything else.</summary>
    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return Bound(TimeSpan.FromSeconds(seconds));
        }

        return DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Bound(date - now)
            : null;
    }

    private static TimeSpan Bound(TimeSpan delay) => delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Most ? Most : delay;
}
