using System.Diagnostics;
using System.Runtime.CompilerServices;
using Gateway.Backends;
using Gateway.Telemetry;
using Transcoders.Calls;
using Transcoders.Planning;

namespace Gateway.Dispatch;

/// <summary>Runs one call from its accepted edge half to its settled status: open, relay, complete, record.</summary>
public sealed partial class CallDispatcher(
    CallTelemetry telemetry, CallRegistry calls, CallDrain drain, TimeProvider clock, ILogger<CallDispatcher> logger)
{
    /// <summary>Carries the call to its end. It does not throw: every outcome is a status.</summary>
    /// <param name="server">The half towards the client; completed here.</param>
    /// <param name="plan">How edge and backend speak for this method.</param>
    /// <param name="route">The route, as it was when the call began.</param>
    /// <param name="labels">The metric tags of the route on this edge.</param>
    /// <param name="destination">The server the load balancer chose.</param>
    /// <param name="attempts">Asked before a failure is told; null where the call has this one attempt.</param>
    /// <returns>How it ended; when <paramref name="attempts"/> holds the call, its client does not know yet.</returns>
    public async Task<CallStatus> DispatchAsync(
        ServerCall server, CallPlan plan, CallRoute route, CallLabels labels, Destination destination, CallAttempts? attempts = null)
    {
        var head = server.Head;
        var started = attempts?.Started ?? clock.GetTimestamp();
        var tally = new CallTally();
        telemetry.Begin(labels);
        var entry = calls.Add(labels, plan.MethodName, destination.Id, head.Peer, started, tally);
        using var span = StartSpan("transcode", ActivityKind.Internal, plan, route);
        using var lifetime = new CallLifetime(server.Aborted, head.Deadline, clock);
        using var drained = plan.Shape == CallShape.Unary ? default : drain.Watch(lifetime);
        using var idle = WatchForSilence(plan.Shape, route.StreamIdle, tally, lifetime);
        using var timeout = attempts?.Watch(lifetime) ?? default;
        RelayResult result;
        try
        {
            result = await RelayAsync(server, plan, route, destination, tally, lifetime);
        }
        catch (Exception e)
        {
            result = new(new CallStatus(StatusCode.Internal, "The gateway failed to carry this call."), e);
        }

        var status = result.Status;
        if (result.Surprise is { } surprise)
        {
            CallFailed(logger, surprise, route.Id, plan.MethodName, labels.Edge.Value);
        }

        if (attempts is not null)
        {
            if (await HoldsAsync(attempts, server, plan, route, status))
            {
                calls.Remove(entry);
                telemetry.Withdraw(labels);
                Record(span, status);
                return status;
            }

            attempts.Observe(status);
        }

        try
        {
            await server.CompleteAsync(status);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client left while it was told how the call ended.
            AnswerLost(logger, e, route.Id, plan.MethodName);
        }
        catch (Exception e)
        {
            // An edge that fails to end its call is our mistake; the call is counted out all the same.
            CallFailed(logger, e, route.Id, plan.MethodName, labels.Edge.Value);
        }

        calls.Remove(entry);
        var elapsed = clock.GetElapsedTime(started);
        telemetry.End(labels, status.Code, elapsed, tally);
        Record(span, status);
        if (!status.IsOk && logger.IsEnabled(LogLevel.Information))
        {
            CallEnded(logger, route.Id, plan.MethodName, labels.Edge.Value, destination.Id, StatusCodeNames.Name(status.Code), status.Message, elapsed.TotalMilliseconds);
        }

        return status;
    }

    /// <summary>True when another attempt will be made: the server half is then let go without an answer.</summary>
    private static async ValueTask<bool> HoldsAsync(CallAttempts attempts, ServerCall server, CallPlan plan, CallRoute route, CallStatus status)
    {
        if (!attempts.MayRetry(status, plan.Method is { IsRepeatable: true }, plan.Shape.StreamsRequests()) || !await server.TryAbandonAsync())
        {
            return false;
        }

        attempts.Hold(status, route.Id);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RelayResult> RelayAsync(
        ServerCall server, CallPlan plan, CallRoute route, Destination destination, CallTally tally, CallLifetime lifetime)
    {
        using var span = StartSpan(plan.Method is null ? route.ClusterId : plan.MethodName, ActivityKind.Client, plan, route);
        var client = route.Backend!.Open(server.Head, destination, lifetime.Token);
        if (plan.Reply is { } reply)
        {
            client = new ReplyReducer(client, reply, plan.Payloads, route.Limits, clock);
        }

        try
        {
            var result = await CallRelay.RunAsync(server, client, plan.Payloads, route.Limits, lifetime, tally);
            Record(span, result.Status);
            return result;
        }
        finally
        {
            await client.DisposeAsync();
        }
    }

    private Activity? StartSpan(string name, ActivityKind kind, CallPlan plan, CallRoute route)
    {
        if (!telemetry.Source.HasListeners())
        {
            return null;
        }

        var span = telemetry.Source.StartActivity(name, kind);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("gateway.route", route.Id);
            span.SetTag("gateway.edge", plan.Edge.Name);
            span.SetTag("gateway.upstream", plan.Backend.Name);
            if (plan.Method is not null)
            {
                span.SetTag("rpc.method", plan.MethodName);
                if (kind == ActivityKind.Client)
                {
                    span.SetTag("rpc.system.name", plan.Backend.Name);
                }
            }
        }

        return span;
    }

    private static void Record(Activity? span, CallStatus status)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        span.SetTag("rpc.status_code", StatusCodeNames.Name(status.Code));
        if (!status.IsOk)
        {
            span.SetStatus(ActivityStatusCode.Error, status.Message);
            span.SetTag("error.type", StatusCodeNames.Name(status.Code));
        }
    }

    /// <summary>Ends a stream in which nothing has flowed for a while; a heartbeat towards the client does not count.</summary>
    private ITimer? WatchForSilence(CallShape shape, TimeSpan limit, CallTally tally, CallLifetime lifetime)
    {
        if (shape == CallShape.Unary || limit == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        var seen = -1L;
        return clock.CreateTimer(
            _ =>
            {
                var now = tally.Activity;
                if (now == seen)
                {
                    lifetime.End(new CallStatus(StatusCode.DeadlineExceeded, $"Nothing flowed for {limit}."));
                }

                seen = now;
            },
            null, limit, limit);
    }

    [LoggerMessage(101, LogLevel.Error, "CallFailed: route {Route}, method {Method}, edge {Edge}")]
    private static partial void CallFailed(ILogger logger, Exception exception, string route, string method, object? edge);

    [LoggerMessage(102, LogLevel.Debug, "AnswerLost: route {Route}, method {Method}")]
    private static partial void AnswerLost(ILogger logger, Exception exception, string route, string method);

    [LoggerMessage(103, LogLevel.Information, "CallEnded: route {Route}, method {Method}, edge {Edge}, destination {Destination}: {Status}: {Message} after {Milliseconds:0.0} ms")]
    private static partial void CallEnded(ILogger logger, string route, string method, object? edge, string destination, string status, string message, double milliseconds);
}
