using System.Globalization;
using System.Net;
using Gateway.Configuration;
using Gateway.Model;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Turns a configuration into YARP's routes and clusters: its own binder first, then what we add.</summary>
internal static class YarpBinder
{
    /// <summary>Binds <paramref name="config"/>. Problems of YARP's binder come back with the place of the route or cluster they name.</summary>
    /// <returns>The snapshot, or null with at least one problem.</returns>
    public static (YarpSnapshot? Snapshot, IReadOnlyList<ConfigProblem> Problems) Bind(GatewayConfig config, object? model)
    {
        IProxyConfig bound;
        try
        {
            bound = BindOwnKeys(config.Tree.GetSection("ReverseProxy"));
        }
        catch (Exception unbindable) when (unbindable is not OutOfMemoryException)
        {
            return (null, YarpProblems.From(unbindable, config));
        }

        var routes = new RouteConfig[bound.Routes.Count];
        for (var i = 0; i < routes.Length; i++)
        {
            routes[i] = Extend(bound.Routes[i], config);
        }

        var clusters = new ClusterConfig[bound.Clusters.Count];
        for (var i = 0; i < clusters.Length; i++)
        {
            clusters[i] = Extend(bound.Clusters[i], config, model as GatewayModel);
        }

        return (new YarpSnapshot(config, model, routes, clusters), []);
    }

    /// <summary>The name of the n-th destination made up for a stdio cluster: `tools#0`.</summary>
    public static string InstanceId(string clusterId, int index) => string.Create(CultureInfo.InvariantCulture, $"{clusterId}#{index}");

    /// <summary>Its address: `stdio://tools/0`.</summary>
    public static string InstanceAddress(string clusterId, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"stdio://{Uri.EscapeDataString(clusterId)}/{index}");

    /// <summary>YARP's binder is internal; the provider it registers is not.</summary>
    private static IProxyConfig BindOwnKeys(IConfigurationSection section)
    {
        var services = new ServiceCollection();
        services.AddReverseProxy().LoadFromConfig(section);
        var registered = services.Last(s => s.ServiceType == typeof(IProxyConfigProvider)).ImplementationFactory
            ?? throw new InvalidOperationException("YARP registers its configuration provider in a new way; this version is not known here.");

        // Only a logger is asked of it, and what it would log it also throws.
        using var loggers = new ServiceCollection().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>)).BuildServiceProvider();
        var provider = (IProxyConfigProvider)registered(loggers);
        using (provider as IDisposable)
        {
            return provider.GetConfig();
        }
    }

    private static RouteConfig Extend(RouteConfig route, GatewayConfig config) =>
        config.Routes.TryGetValue(route.RouteId, out var settings)
            ? route with { Metadata = With(route.Metadata, ConfigFingerprint.Of(settings)) }
            : route;

    private static ClusterConfig Extend(ClusterConfig cluster, GatewayConfig config, GatewayModel? model)
    {
        if (!config.Clusters.TryGetValue(cluster.ClusterId, out var settings))
        {
            return cluster;
        }

        var fingerprint = ConfigFingerprint.Of(settings);
        if (settings.Schema is { Reflection: true } && model?.Clusters.GetValueOrDefault(settings.Id) is { } compiled)
        {
            // The same file can mean another schema: YARP rebuilds the endpoints of a cluster's routes when it sees that the cluster changed.
            fingerprint = string.Create(CultureInfo.InvariantCulture, $"{fingerprint}-{compiled.Revision}");
        }

        cluster = cluster with { Metadata = With(cluster.Metadata, fingerprint) };
        return settings.Protocol switch
        {
            "stdio" => cluster with { Destinations = Instances(settings) },
            "websocket" => cluster with { Destinations = HttpAddresses(cluster.Destinations) },
            "grpc" => cluster with { HttpRequest = GrpcRequest(cluster.HttpRequest, settings) },
            _ => cluster,
        };
    }

    private static Dictionary<string, DestinationConfig> Instances(ClusterSettings cluster)
    {
        var destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < cluster.Instances; i++)
        {
            destinations.Add(InstanceId(cluster.Id, i), new DestinationConfig { Address = InstanceAddress(cluster.Id, i) });
        }

        return destinations;
    }

    /// <summary>`ws://` → `http://`, `wss://` → `https://`: a handshake is an HTTP request, and YARP knows only those schemes.</summary>
    private static Dictionary<string, DestinationConfig>? HttpAddresses(IReadOnlyDictionary<string, DestinationConfig>? destinations)
    {
        if (destinations is null)
        {
            return null;
        }

        var mapped = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, destination) in destinations)
        {
            mapped.Add(id, destination with { Address = HttpAddress(destination.Address)!, Health = HttpAddress(destination.Health) });
        }

        return mapped;
    }

    private static string? HttpAddress(string? address) =>
        address is not null && (address.StartsWith("ws:", StringComparison.OrdinalIgnoreCase) || address.StartsWith("wss:", StringComparison.OrdinalIgnoreCase))
            ? "http" + address[2..]
            : address;

    /// <summary>gRPC in plaintext is HTTP/2 with prior knowledge: asking for "2 or lower" would silently speak HTTP/1.1. TLS negotiates by itself.</summary>
    private static ForwarderRequestConfig? GrpcRequest(ForwarderRequestConfig? request, ClusterSettings cluster)
    {
        foreach (var address in cluster.Destinations.Values)
        {
            if (!address.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
            {
                return request;
            }
        }

        request ??= ForwarderRequestConfig.Empty;
        if (request.Version is not null || request.VersionPolicy is not null)
        {
            return request;
        }

        return request with { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? metadata, string fingerprint)
    {
        var extended = metadata is null
            ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            : new Dictionary<string, string>(metadata, StringComparer.OrdinalIgnoreCase);
        extended[ConfigFingerprint.Key] = fingerprint;
        return extended;
    }
}
