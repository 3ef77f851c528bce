using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>The health of every destination, as YARP's active and passive checks have it.</summary>
internal static class DestinationStates
{
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
