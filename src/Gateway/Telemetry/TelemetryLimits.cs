namespace Gateway.Telemetry;

/// <summary>The bounds of what telemetry may hold.</summary>
public static class TelemetryLimits
{
    /// <summary>Series one of the gateway's own metrics may have; what comes after them is summed under `otel_metric_overflow="true"`.</summary>
    public const int SeriesPerGatewayMetric = 5_000;

    /// <summary>Series any other metric (Kestrel, HTTP, runtime) may have.</summary>
    public const int SeriesPerMetric = 1_000;

    /// <summary>Calls one listing of the calls in flight shows.</summary>
    public const int CallsShown = 1_000;

    /// <summary>Longest value of a log event's property, in characters.</summary>
    public const int LogValueLength = 4_096;
}
