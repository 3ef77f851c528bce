using System.Diagnostics.Metrics;
using System.Globalization;

namespace Gateway.Telemetry;

/// <summary>What became of the children of each stdio cluster, asked for when somebody collects.</summary>
public sealed class ProcessTelemetry
{
    private readonly Func<IEnumerable<ProcessSample>> _source;

    /// <param name="meters">Makes the gateway's meter.</param>
    /// <param name="source">The counts as they are now; called from any thread, once per instrument and collection.</param>
    public ProcessTelemetry(IMeterFactory meters, Func<IEnumerable<ProcessSample>> source)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        var meter = meters.Create(CallTelemetry.Name);
        meter.CreateObservableUpDownCounter(
            "gateway.processes.running", () => Each(static s => s.Running), "{process}", "Child processes that run now.");
        meter.CreateObservableCounter(
            "gateway.processes.started", () => Each(static s => s.Started), "{process}", "Child processes started.");
        meter.CreateObservableCounter(
            "gateway.processes.refused", () => Each(static s => s.Refused), "{call}", "Calls refused because the cluster had all the processes it may have.");
        meter.CreateObservableCounter(
            "gateway.processes.start_failures", () => Each(static s => s.StartFailures), "{process}", "Child processes that could not be started.");
        meter.CreateObservableCounter(
            "gateway.processes.exited", Exits, "{process}", "Child processes that ended, by exit code (`0`), signal (`signal 9`), or `unknown`.");
    }

    private List<Measurement<long>> Each(Func<ProcessSample, long> value)
    {
        var measurements = new List<Measurement<long>>();
        foreach (var sample in _source())
        {
            measurements.Add(new(value(sample), new KeyValuePair<string, object?>("cluster", sample.Cluster)));
        }

        return measurements;
    }

    private List<Measurement<long>> Exits()
    {
        var measurements = new List<Measurement<long>>();
        foreach (var sample in _source())
        {
            foreach (var (code, count) in sample.ExitsByCode)
            {
                measurements.Add(Exit(sample.Cluster, code.ToString(CultureInfo.InvariantCulture), count));
            }

            foreach (var (signal, count) in sample.ExitsBySignal)
            {
                measurements.Add(Exit(sample.Cluster, string.Create(CultureInfo.InvariantCulture, $"signal {signal}"), count));
            }

            if (sample.UnknownExits > 0)
            {
                measurements.Add(Exit(sample.Cluster, "unknown", sample.UnknownExits));
            }
        }

        return measurements;
    }

    private static Measurement<long> Exit(string cluster, string code, long count) =>
        new(count, new("cluster", cluster), new("code", code));
}

/// <summary>The counts of one cluster's children.</summary>
public readonly record struct ProcessSample
{
    public required string Cluster { get; init; }

    public required long Running { get; init; }

    public required long Started { get; init; }

    /// <summary>Calls refused because the limit was reached.</summary>
    public required long Refused { get; init; }

    public required long StartFailures { get; init; }

    public required IReadOnlyDictionary<int, long> ExitsByCode { get; init; }

    public required IReadOnlyDictionary<int, long> ExitsBySignal { get; init; }

    public required long UnknownExits { get; init; }
}
