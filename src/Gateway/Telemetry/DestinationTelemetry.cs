using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>How many destinations of each cluster are healthy, asked for when somebody collects.</summary>
public sealed class DestinationTelemetry
{
    private readonly Func<IEnumerable<(string Cluster, string Destination, bool Healthy)>> _source;

    /// <param name="meters">Makes the gateway's meter.</param>
    /// <param name="source">The destinations as they are now; called from any thread, once per collection.</param>
    public DestinationTelemetry(IMeterFactory meters, Func<IEnumerable<(string Cluster, string Destination, bool Healthy)>> source)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        meters.Create(CallTelemetry.Name).CreateObservableGauge(
            "gateway.destinations", Observe, "{destination}", "Destinations of each cluster, by state.");
    }

    private List<Measurement<long>> Observe()
    {
        var counts = new SortedDictionary<string, (long Healthy, long Unhealthy)>(StringComparer.Ordinal);
        foreach (var (cluster, _, healthy) in _source())
        {
            counts.TryGetValue(cluster, out var seen);
            counts[cluster] = healthy ? (seen.Healthy + 1, seen.Unhealthy) : (seen.Healthy, seen.Unhealthy + 1);
        }

        // A state nobody is in is a zero, not a gap.
        var measurements = new List<Measurement<long>>(counts.Count * 2);
        foreach (var (cluster, (healthy, unhealthy)) in counts)
        {
            measurements.Add(new(healthy, new("cluster", cluster), new("state", "healthy")));
            measurements.Add(new(unhealthy, new("cluster", cluster), new("state", "unhealthy")));
        }

        return measurements;
    }
}
