using Gateway.Configuration;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>One configuration as YARP sees it, with the file it came from and what was compiled of it.</summary>
/// <remarks>Immutable. A call keeps the snapshot its endpoint was built from.</remarks>
internal sealed class YarpSnapshot : IProxyConfig
{
    private readonly CancellationTokenSource _replaced = new();

    public YarpSnapshot(GatewayConfig config, object? model, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
    {
        Config = config;
        Model = model;
        Routes = routes;
        Clusters = clusters;
        ChangeToken = new CancellationChangeToken(_replaced.Token);
    }

    public GatewayConfig Config { get; }

    /// <summary>What the caller of Apply compiled; null when nothing was.</summary>
    public object? Model { get; }

    public IReadOnlyList<RouteConfig> Routes { get; }

    public IReadOnlyList<ClusterConfig> Clusters { get; }

    public IChangeToken ChangeToken { get; }

    /// <summary>Tells YARP to fetch the next snapshot. It applies it before this returns, unless something in its pipeline waits.</summary>
    public void SignalReplaced() => _replaced.Cancel();

    /// <summary>The same configuration under a token that has not fired.</summary>
    public YarpSnapshot Renew() => new(Config, Model, Routes, Clusters);
}
