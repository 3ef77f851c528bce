using System.Globalization;

namespace Transcoders.Grpc;

/// <summary>The `grpc-timeout` header: one to eight digits and a unit. Source: gRPC over HTTP/2, "Timeout".</summary>
public static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;

    /// <summary>`1500m` → 1.5 s; false for anything the grammar does not allow.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long ticks;
        switch (text[^1])
        {
            case 'H': ticks = TimeSpan.TicksPerHour; break;
            case 'M': ticks = TimeSpan.TicksPerMinute; break;
            case 'S': ticks = TimeSpan.TicksPerSecond; break;
            case 'm': ticks = TimeSpan.TicksPerMillisecond; break;
            case 'u': ticks = TimeSpan.TicksPerMicrosecond; break;
            case 'n':
                timeout = TimeSpan.FromTicks((value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
                return true;
            default:
                return false;
        }

        // 99,999,999 hours do not fit a TimeSpan's range of meaning; they do fit its ticks.
        timeout = TimeSpan.FromTicks(value * ticks);
        return true;
    }

    /// <summary>The finest unit that fits eight digits, rounded up so that a hop never shortens what it forwards to zero.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return "1n";
        }

        var ticks = timeout.Ticks;
        if (ticks / TimeSpan.TicksPerMicrosecond < MaxValue)
        {
            return Text(Up(ticks, TimeSpan.TicksPerMicrosecond), 'u');
        }

        if (ticks / TimeSpan.TicksPerMillisecond < MaxValue)
        {
            return Text(Up(ticks, TimeSpan.TicksPerMillisecond), 'm');
        }

        if (ticks / TimeSpan.TicksPerSecond < MaxValue)
        {
            return Text(Up(ticks, TimeSpan.TicksPerSecond), 'S');
        }

        if (ticks / TimeSpan.TicksPerMinute < MaxValue)
        {
            return Text(Up(ticks, TimeSpan.TicksPerMinute), 'M');
        }

        return Text(Math.Min(Up(ticks, TimeSpan.TicksPerHour), MaxValue), 'H');
    }

    private static long Up(long ticks, long unit) => (ticks / unit) + (ticks % unit == 0 ? 0 : 1);

    private static string Text(long value, char unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
