using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>Further attempts at calls, by how they ended, and the state of each cluster's circuit.</summary>
/// <remarks>Tags are names of the configuration: the number of series is bounded by the file.</remarks>
public sealed class ResilienceTelemetry
{
    private static readonly KeyValuePair<string, object?> Success = new("outcome", "success");
    private static readonly KeyValuePair<string, object?> Failure = new("outcome", "failure");

    private readonly Meter _meter;
    private readonly Counter<long> _retries;

    public ResilienceTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(CallTelemetry.Name);
        _retries = _meter.CreateCounter<long>("gateway.retries", "{attempt}", "Attempts at calls beyond the first, by how they ended.");
    }

    /// <summary>Counts an attempt beyond the first.</summary>
    public void Retried(string route, bool succeeded) => _retries.Add(1, new("gateway.route", route), succeeded ? Success : Failure);

    /// <summary>Where the states of circuits are read when somebody collects: 0 closed, 1 half-open, 2 open. Called once.</summary>
    public void Watch(Func<IEnumerable<(string Cluster, int State)>> circuits)
    {
        ArgumentNullException.ThrowIfNull(circuits);
        _meter.CreateObservableGauge("gateway.circuit.state", () => Observe(circuits()), "{state}", "State of each cluster's circuit: 0 closed, 1 half-open, 2 open.");
    }

    private static List<Measurement<int>> Observe(IEnumerable<(string Cluster, int State)> circuits)
    {
        var measurements = new List<Measurement<int>>();
        foreach (var (cluster, state) in circuits)
        {
            measurements.Add(new(state, new KeyValuePair<string, object?>("cluster", cluster)));
        }

        return measurements;
    }
}
