using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Own;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Collects what the routes serve on one edge: the services of their schemas that a call by name can reach.</summary>
internal static class ServedServices
{
    /// <param name="config">As declared, for the routes' matches.</param>
    /// <param name="routes">Compiled, by id.</param>
    /// <param name="clusters">Compiled, by id.</param>
    /// <param name="edge">The edge's name.</param>
    /// <returns>In the order of the routes' names.</returns>
    public static IReadOnlyList<ServedService> Collect(
        GatewayConfig config, IReadOnlyDictionary<string, CallRoute> routes, IReadOnlyDictionary<string, ClusterModel> clusters, string edge)
    {
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        var order = new List<Found>();
        foreach (var route in routes.Values.OrderBy(static route => route.Id, StringComparer.Ordinal))
        {
            var cluster = clusters[route.ClusterId];
            if (!route.Edges.TryGetValue(edge, out var plans) || cluster.Schema is not { } schema)
            {
                continue;
            }

            var isReflected = cluster.Settings.Schema is { Reflection: true };

            var match = RouteMatch.Of(config, route.Id);
            foreach (var method in schema.Methods)
            {
                // A server reflects its own health beside what it is there for: the gateway has its own.
                if (isReflected && OwnServicesCompiler.IsOwn(config.Grpc, method.ServiceName))
                {
                    continue;
                }

                // What is forwarded needs no plan.
                if ((!plans.IsPassThrough && !plans.ByPath.ContainsKey(method.Path)) || !match.Takes(method.Path))
                {
                    continue;
                }

                if (!found.TryGetValue(method.ServiceName, out var service))
                {
                    found.Add(method.ServiceName, service = new Found(method.ServiceName, schema));
                    order.Add(service);
                }

                service.IsGuarded &= match.IsGuarded;
                if (!service.Clusters.Contains(route.ClusterId))
                {
                    service.Clusters.Add(route.ClusterId);
                }
            }
        }

        return [.. order.Select(static service => new ServedService(service.Name, service.Schema, service.Clusters, service.IsGuarded))];
    }

    private sealed class Found(string name, SchemaCatalog schema)
    {
        public string Name => name;

        public SchemaCatalog Schema => schema;

        public List<string> Clusters { get; } = [];

        public bool IsGuarded { get; set; } = true;
    }
}
