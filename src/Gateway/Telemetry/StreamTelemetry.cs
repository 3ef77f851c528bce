using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>How many event streams are held for clients to come back to, asked for when somebody collects.</summary>
public sealed class StreamTelemetry
{
    private readonly Func<IEnumerable<KeyValuePair<string, int>>> _source;

    /// <param name="meters">Makes the gateway's meter.</param>
    /// <param name="source">The counts by route as they are now; called from any thread.</param>
    public StreamTelemetry(IMeterFactory meters, Func<IEnumerable<KeyValuePair<string, int>>> source)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        meters.Create(CallTelemetry.Name).CreateObservableUpDownCounter(
            "gateway.sse.streams_held", Measure, "{stream}", "Event streams held for clients to come back to.");
    }

    private List<Measurement<long>> Measure()
    {
        var measurements = new List<Measurement<long>>();
        foreach (var (route, count) in _source())
        {
            measurements.Add(new(count, new KeyValuePair<string, object?>("route", route)));
        }

        return measurements;
    }
}
