using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Model;
using Gateway.Own;

namespace Gateway.Forwarding;

/// <summary>Answers calls to the gateway's own services, unless the route that took the request has them itself.</summary>
/// <remarks>
/// After routing, because a route decides; before the policies of routes, because it is none.
/// <code>
///   the route that took the request …          the call goes to
///   names the service in its path              the route
///   has a declared schema with the service     the route
///   serves gRPC without a schema               the route: a plain proxy stays one
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

        if (endpoint is RouteEndpoint { RoutePattern.PathSegments: [{ IsSimple: true, Parts: [Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart first] }, ..] }
            && path.AsSpan(1).StartsWith(first.Content + "/", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var plan = own.Plans.ByPath[path];
        if (!route.Edges.ContainsKey(plan.Edge.Name) || !model.Clusters.TryGetValue(route.ClusterId, out var cluster))
        {
            return false;
        }

        // What a server reflects holds the health service of that server: nobody has declared it to be the gateway's.
        return cluster.Schema is not { } schema || (cluster.Settings.Schema is { Reflection: false } && schema.FindMethod(plan.MethodName) is not null);
    }
}
