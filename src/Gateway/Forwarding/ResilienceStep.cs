using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Timeouts;
using Transcoders.Calls;

namespace Gateway.Forwarding;

/// <summary>
/// The step before load balancing: runs what follows it through the cluster's pipeline, so that another attempt goes to another
/// destination and each attempt is seen by passive health. What is forwarded and what the hub carries are the same to it.
/// </summary>
internal sealed class ResilienceStep(EdgeSelector edges, CallTelemetry telemetry, ResilienceTelemetry resilienceTelemetry, TimeProvider clock)
{
    private static readonly CallStatus Late = new(StatusCode.DeadlineExceeded, "Deadline exceeded.");

    /// <summary>Costs a call of a cluster without resilience one look at its route.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CallRoute>() is { Resilience: { } resilience } route
            ? RunAsync(context, next, route, resilience)
            : next(context);

    private async Task RunAsync(HttpContext context, RequestDelegate next, CallRoute route, ClusterResilience resilience)
    {
        if (IsSocketOfTheHub(context, route))
        {
            await RunSocketAsync(context, next, route, resilience);
            return;
        }

        using var request = new ResilientRequest(context, next, route, resilience, resilienceTelemetry);
        var attempts = request.Attempts;
        context.Features.Set(attempts);
        var end = await resilience.RunAsync(request, context.RequestAborted);
        if (end.IsRefused)
        {
            await RefuseAsync(context, route, CircuitIsOpen(route, end.RetryAfter), attempts.Started);
        }
        else if (attempts.IsHeld)
        {
            await GiveUpAsync(context, route, attempts);
        }
        else
        {
            await request.FinishAsync(end.Failure);
        }
    }

    /// <summary>
    /// A socket that carries calls is accepted before its backend is spoken to: how its calls end says nothing in time, so they neither
    /// feed the circuit nor try it; while it is open they are refused like all others.
    /// </summary>
    private Task RunSocketAsync(HttpContext context, RequestDelegate next, CallRoute route, ClusterResilience resilience) =>
        resilience.IsOpen ? RefuseAsync(context, route, CircuitIsOpen(route, resilience.Settings.CircuitBreaker?.BreakDuration), clock.GetTimestamp()) : next(context);

    private bool IsSocketOfTheHub(HttpContext context, CallRoute route) =>
        Upgrades.IsAskedFor(context.Request) && edges.Select(context, route).Plans is { IsPassThrough: false };

    /// <summary>The time ran out, or the client left, between two attempts: nobody has told the client anything.</summary>
    private async Task GiveUpAsync(HttpContext context, CallRoute route, CallAttempts attempts)
    {
        if (context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true)
        {
            await RefuseAsync(context, route, Late, attempts.Started);
            return;
        }

        if (edges.Select(context, route).Plans is { } plans)
        {
            telemetry.Refuse(plans.Labels, StatusCode.Cancelled, clock.GetElapsedTime(attempts.Started));
        }
    }

    private async Task RefuseAsync(HttpContext context, CallRoute route, CallStatus status, long started)
    {
        var (edge, plans) = edges.Select(context, route);
        if (plans is not null)
        {
            telemetry.Refuse(plans.Labels, status.Code, clock.GetElapsedTime(started));
        }

        if (context.Response.HasStarted || (route.Backend is not null && edge.RefuseTransport(context)))
        {
            return;
        }

        context.Response.Headers.Clear();
        await edge.RefuseAsync(context, route, status);
    }

    private static CallStatus CircuitIsOpen(CallRoute route, TimeSpan? retryAfter) =>
        new(StatusCode.Unavailable, $"Too many calls to the cluster '{route.ClusterId}' have failed; calls are refused for a while.") { RetryAfter = retryAfter };
}
