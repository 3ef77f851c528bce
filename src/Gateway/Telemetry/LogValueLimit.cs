using Serilog.Core;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>Cuts values that are too long to log. Serilog's own limit holds for destructured values only.</summary>
internal sealed class LogValueLimit : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? cut = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (value is ScalarValue { Value: string { Length: > TelemetryLimits.LogValueLength } text })
            {
                cut ??= [];
                cut.Add(new LogEventProperty(name, new ScalarValue(string.Concat(text.AsSpan(0, TelemetryLimits.LogValueLength), "…"))));
            }
        }

        foreach (var property in cut ?? [])
        {
            logEvent.AddOrUpdateProperty(property);
        }
    }
}
