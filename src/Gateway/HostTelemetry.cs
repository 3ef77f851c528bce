using System.Diagnostics.Metrics;
using Gateway.Backends.Stdio;
using Gateway.Forwarding;
using Gateway.Sessions;
using Gateway.Telemetry;

namespace Gateway;

/// <summary>Feeds the gauges whose numbers live in rooms that the telemetry room does not know.</summary>
internal static class HostTelemetry
{
    public static void Start(IServiceProvider services, ProcessTable processes)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _ = new DestinationTelemetry(meters, () => DestinationStates.Read(services));
        var streams = services.GetRequiredService<ReplayTable>();
        _ = new StreamTelemetry(meters, () => streams.Counts);
        services.GetRequiredService<ResilienceTelemetry>().Watch(() => services.GetRequiredService<GatewayReload>().Model.Clusters.Values
            .Where(static cluster => cluster.Resilience?.State is not null)
            .Select(static cluster => (cluster.Settings.Id, cluster.Resilience!.State!.Value)));
        _ = new ProcessTelemetry(meters, () => processes.Totals().Select(static totals => new ProcessSample
        {
            Cluster = totals.ClusterId,
            Running = totals.Running,
            Started = totals.Started,
            Refused = totals.Refused,
            StartFailures = totals.SpawnFailures,
            ExitsByCode = totals.ExitsByCode,
            ExitsBySignal = totals.ExitsBySignal,
            UnknownExits = totals.UnknownExits,
        }));
    }
}
