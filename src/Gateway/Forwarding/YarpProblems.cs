using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>Says what YARP found wrong in the form of our own problems: each at the route or cluster it names.</summary>
internal static class YarpProblems
{
    /// <summary>Every message inside <paramref name="exception"/>, wrappers left out.</summary>
    public static IReadOnlyList<ConfigProblem> From(Exception exception, GatewayConfig config)
    {
        var problems = new List<ConfigProblem>();
        Collect(exception, config, problems);
        return problems;
    }

    /// <summary>Asks YARP's validators (policies, patterns, transforms) about a configuration without applying it: `gateway check`.</summary>
    /// <param name="snapshot">What <see cref="YarpBinder.Bind"/> made.</param>
    /// <param name="validator">From the services of a host that registers the same policies as the running one.</param>
    public static async Task<IReadOnlyList<ConfigProblem>> ValidateAsync(YarpSnapshot snapshot, IConfigValidator validator)
    {
        var problems = new List<ConfigProblem>();
        foreach (var route in snapshot.Routes)
        {
            foreach (var error in await validator.ValidateRouteAsync(route))
            {
                Collect(error, snapshot.Config, problems);
            }
        }

        foreach (var cluster in snapshot.Clusters)
        {
            foreach (var error in await validator.ValidateClusterAsync(cluster))
            {
                Collect(error, snapshot.Config, problems);
            }
        }

        return problems;
    }

    private static void Collect(Exception exception, GatewayConfig config, List<ConfigProblem> problems)
    {
        if (exception is AggregateException { InnerExceptions.Count: > 0 } all)
        {
            foreach (var inner in all.InnerExceptions)
            {
                Collect(inner, config, problems);
            }

            return;
        }

        // "Unable to load or apply the proxy configuration.": the reason is inside.
        if (exception is InvalidOperationException { InnerException: AggregateException reason })
        {
            Collect(reason, config, problems);
            return;
        }

        var (position, path) = Place(exception.Message, config);
        problems.Add(new ConfigProblem(position, path, exception.Message));
    }

    /// <summary>The route or cluster a message names in quotes, as in `Route 'a' requires …`; the file itself when none.</summary>
    private static (SourcePosition? Position, string Path) Place(string message, GatewayConfig config)
    {
        for (var open = message.IndexOf('\''); open >= 0 && open + 1 < message.Length; open = message.IndexOf('\'', open + 1))
        {
            var close = message.IndexOf('\'', open + 1);
            if (close < 0)
            {
                break;
            }

            var name = message[(open + 1)..close];
            var ofCluster = message.AsSpan(0, open).TrimEnd().EndsWith("cluster", StringComparison.OrdinalIgnoreCase);
            if (!ofCluster && config.Routes.TryGetValue(name, out var route))
            {
                return (route.Position, $"ReverseProxy:Routes:{route.Id}");
            }

            if (config.Clusters.TryGetValue(name, out var cluster))
            {
                return (cluster.Position, $"ReverseProxy:Clusters:{cluster.Id}");
            }
        }

        return (new SourcePosition(config.File, 1, 1), "ReverseProxy");
    }
}
