using Gateway.Own;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>YARP's own bookkeeping of which destinations may be chosen, and a word to those who watch whenever it has been done.</summary>
internal sealed class ObservedDestinations(IClusterDestinationsUpdater inner, HealthBoard board) : IClusterDestinationsUpdater
{
    public void UpdateAvailableDestinations(ClusterState cluster)
    {
        inner.UpdateAvailableDestinations(cluster);
        board.Signal();
    }

    public void UpdateAllDestinations(ClusterState cluster)
    {
        inner.UpdateAllDestinations(cluster);
        board.Signal();
    }
}
