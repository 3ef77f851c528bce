namespace Gateway.Dispatch;

/// <summary>The facts of retries and circuits.</summary>
internal static partial class ResilienceLog
{
    [LoggerMessage(111, LogLevel.Information, "CallRetried: route {Route}: attempt {Attempt} of {Attempts} after {Delay}: {Status}: {Message}")]
    public static partial void CallRetried(this ILogger logger, string route, int attempt, int attempts, TimeSpan delay, string status, string message);

    [LoggerMessage(112, LogLevel.Warning, "CircuitOpened: cluster {Cluster}: too many calls failed; calls are refused for {BreakDuration}")]
    public static partial void CircuitOpened(this ILogger logger, string cluster, TimeSpan breakDuration);

    [LoggerMessage(113, LogLevel.Information, "CircuitHalfOpened: cluster {Cluster}: one call is let through to try")]
    public static partial void CircuitHalfOpened(this ILogger logger, string cluster);

    [LoggerMessage(114, LogLevel.Information, "CircuitClosed: cluster {Cluster}: calls are let through again")]
    public static partial void CircuitClosed(this ILogger logger, string cluster);
}
