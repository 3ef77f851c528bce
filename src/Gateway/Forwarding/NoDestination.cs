using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Telemetry;
using Transcoders.Calls;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Tells a client in its own protocol that nobody is there to answer: YARP's 503 has no body and no status. Source: PROTOCOLS §10.</summary>
internal static class NoDestination
{
    /// <summary>A step after load balancing. Costs a call that has a destination one look.</summary>
    public static Task StepAsync(HttpContext context, RequestDelegate next, EdgeSelector edges, CallTelemetry telemetry) =>
        context.GetReverseProxyFeature().AvailableDestinations.Count == 0 ? TellAsync(context, next, edges, telemetry) : next(context);

    private static async Task TellAsync(HttpContext context, RequestDelegate next, EdgeSelector edges, CallTelemetry telemetry)
    {
        // YARP first: it counts the failure and sets 503.
        await next(context);
        if (context.Response.HasStarted || context.GetEndpoint()?.Metadata.GetMetadata<CallRoute>() is not { } route)
        {
            return;
        }

        var (edge, plans) = edges.Select(context, route);
        if (plans is not null && context.Features.Get<IForwarderErrorFeature>()?.Error == ForwarderError.NoAvailableDestinations)
        {
            telemetry.Refuse(plans.Labels, StatusCode.Unavailable, TimeSpan.Zero);
        }

        await edge.RefuseAsync(context, route, new CallStatus(StatusCode.Unavailable, $"No destination of the cluster '{route.ClusterId}' is available."));
    }
}
