using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>The health of every destination, as YARP's active and passive checks have it.</summary>
internal static class DestinationStates
{
    /// <summary>Tells of a cluster, by id, whether it has a destination that calls may go to.</summary>
    public static Func<string, bool> Lookup(IServiceProvider services)
    {
        var clusters = services.GetRequiredService<IProxyStateLookup>();
        return id => clusters.TryGetCluster(id, out var cluster) && cluster.DestinationsState.AvailableDestinations.Count > 0;
    }

    public static IEnumerable<(string Cluster, string Destination, bool Healthy)> Read(IServiceProvider services)
    {
        foreach (var cluster in services.GetRequiredService<IProxyStateLookup>().GetClusters())
        {
            foreach (var (id, destination) in cluster.Destinations)
            {
                var health = destination.Health;
                yield return (cluster.ClusterId, id, health.Active != DestinationHealth.Unhealthy && health.Passive != DestinationHealth.Unhealthy);
            }
        }
    }
}
