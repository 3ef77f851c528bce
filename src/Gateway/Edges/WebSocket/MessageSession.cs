using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Planning;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>A socket on which every message is a call of its own: in order, one at a time, a few read ahead. Source: PROTOCOLS §10.7 cell 5.</summary>
/// <param name="request">The handshake.</param>
/// <param name="handshake">The socket to be; not disposed here.</param>
/// <param name="dispatcher">Carries the calls.</param>
/// <param name="plan">How every one of them speaks to the backend.</param>
/// <param name="first">Binds path and query into every message; null on a route without schema. Disposed by the caller.</param>
internal sealed class MessageSession(EdgeRequest request, WebSocketHandshake handshake, CallDispatcher dispatcher, CallPlan plan, FirstMessage? first)
{
    /// <summary>Runs until the client closes, breaks a limit, or the gateway stops. Returns the status of the last call.</summary>
    public async Task<CallStatus> RunAsync()
    {
        var last = CallStatus.Ok;
        try
        {
            var connection = await handshake.AcceptAsync();
            var stopping = request.Context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            try
            {
                var shape = OneRequest.Shape(plan);
                var head = request.MakeHead(plan.MethodName, shape);

                // Each message is a question, and its answer is no stream to follow.
                head = head with { ExpectsOneAnswer = true };
                head = plan.Method is null ? head with { Verb = request.Route.Settings.Options.WebSocket.Verb, ContentType = null } : head;
                while (await connection.ReadAsync(stopping) is { } inbound)
                {
                    // The handshake's metadata is every message's; the deadline is each one's own.
                    var call = new MessageCall(request, head with { Deadline = request.DeadlineFor(shape) }, connection, inbound, first, handshake.Gone);
                    last = await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                await connection.CloseAsync(CloseCodeMapping.GoingAway, "the gateway is stopping");
            }
            catch (CallException e)
            {
                last = e.Status;
                await connection.CloseAsync(WebSocketClose.Code(last), CloseCodeMapping.Reason(last));
            }
        }
        catch (CallException e)
        {
            // Gone before the upgrade.
            last = e.Status;
        }

        return last;
    }
}
