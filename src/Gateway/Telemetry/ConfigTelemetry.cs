using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>Counts what became of each reading of the configuration file.</summary>
public sealed class ConfigTelemetry
{
    private static readonly KeyValuePair<string, object?> AppliedTag = new("result", "applied");
    private static readonly KeyValuePair<string, object?> RejectedTag = new("result", "rejected");

    private readonly Counter<long> _reloads;
    private int _lastSuccessful = 1;

    public ConfigTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(CallTelemetry.Name);
        _reloads = meter.CreateCounter<long>("gateway.config.reloads", "{reload}", "Readings of the configuration file, the first included, by result.");
        meter.CreateObservableGauge(
            "gateway.config.last_reload_successful", () => Volatile.Read(ref _lastSuccessful), null, "1 when the newest file is in force, 0 when it was rejected.");

        // Both series from the start: an alert on a rise needs a zero to rise from.
        _reloads.Add(0, AppliedTag);
        _reloads.Add(0, RejectedTag);
    }

    /// <summary>A file was read and is in force.</summary>
    public void Applied()
    {
        Volatile.Write(ref _lastSuccessful, 1);
        _reloads.Add(1, AppliedTag);
    }

    /// <summary>A file was read and refused; the one before it stays in force.</summary>
    public void Rejected()
    {
        Volatile.Write(ref _lastSuccessful, 0);
        _reloads.Add(1, RejectedTag);
    }
}
