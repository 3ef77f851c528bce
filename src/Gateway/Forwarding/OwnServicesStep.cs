using System.Net;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Model;
using Gateway.Own;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>Answers calls to the gateway's own services, unless the route that took the request has them itself.</summary>
/// <remarks>
/// After routing, because a route decides; before the policies of routes, because it is none.
/// <code>
///   the route that took the request …          the call goes to
///   names the service in its path              the route
///   has a declared schema with the service     the route
///   has no schema, and servers gRPC can reach  the route: a plain proxy stays one
///   any other, or there is none                the gateway
/// </code>
/// </remarks>
internal sealed class OwnServicesStep(YarpConfigProvider provider, EdgeSelector edges, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        if (!path.StartsWith(OwnServicesCompiler.PathPrefix, StringComparison.Ordinal)
            || provider.Current.Model is not GatewayModel { Own: { } own } model
            || !own.Plans.ByPath.ContainsKey(path)
            || BelongsToRoute(context, path, own, model))
        {
            return next(context);
        }

        var (edge, plans) = edges.Select(context, own.Route);
        if (plans is null)
        {
            // Not a call: a page of that name, a preflight.
            return next(context);
        }

        return edge.RefuseTransport(context)
            ? Task.CompletedTask
            : edge.HandleAsync(new EdgeRequest(context, own.Route, plans, own.Destination, null, null, clock));
    }

    private static bool BelongsToRoute(HttpContext context, string path, OwnServices own, GatewayModel model)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<CallRoute>() is not { } route)
        {
            return false;
        }

        if (endpoint is RouteEndpoint { RoutePattern.PathSegments: [{ IsSimple: true, Parts: [RoutePatternLiteralPart first] }, ..] }
            && path.AsSpan(1).StartsWith(first.Content + "/", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var plan = own.Plans.ByPath[path];
        if (!route.Edges.ContainsKey(plan.Edge.Name) || !model.Clusters.TryGetValue(route.ClusterId, out var cluster))
        {
            return false;
        }

        if (cluster.Schema is not { } schema)
        {
            return endpoint.Metadata.GetMetadata<RouteModel>()?.Cluster?.Model.Config is not { } config || CanCarryGrpc(config);
        }

        // What a server reflects holds the health service of that server: nobody has declared it to be the gateway's.
        return cluster.Settings.Schema is { Reflection: false } && schema.FindMethod(plan.MethodName) is not null;
    }

    /// <summary>False for servers that are only ever asked in HTTP/1.1: the web pages behind a catch-all are no gRPC server.</summary>
    private static bool CanCarryGrpc(ClusterConfig cluster)
    {
        var version = cluster.HttpRequest?.Version ?? HttpVersion.Version20;
        if (version.Major < 2)
        {
            return false;
        }

        // Plaintext has nobody to negotiate with: "2 or lower" is HTTP/1.1 there.
        var negotiates = (cluster.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower) == HttpVersionPolicy.RequestVersionOrLower;
        return !negotiates || (cluster.Destinations?.Values.Any(static destination => destination.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) ?? false);
    }
}
