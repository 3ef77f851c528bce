using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Planning;

namespace Gateway.Edges.WebSocket;

/// <summary>Messages for an event stream, which cannot take them: each is posted to a path beside it, one at a time. Source: PROTOCOLS §10.7 cell 7.</summary>
/// <param name="request">The handshake.</param>
/// <param name="dispatcher">Carries the calls.</param>
/// <param name="plan">The stream's plan, to the same server.</param>
/// <param name="target">The path to post to, with its query.</param>
internal sealed class CompanionCalls(EdgeRequest request, CallDispatcher dispatcher, CallPlan plan, string target)
{
    /// <summary>Reads and posts until the client closes.</summary>
    /// <param name="connection">The socket, which nobody else reads.</param>
    /// <param name="ended">Fires when the stream has ended: what is under way is cancelled.</param>
    public async Task RunAsync(WebSocketConnection connection, CancellationToken ended)
    {
        var shape = OneRequest.Shape(plan);
        var head = request.MakeHead("", shape) with { Verb = HttpMethods.Post, Target = target, ContentType = null };
        while (await connection.ReadAsync(ended) is { } inbound)
        {
            var call = new MessageCall(request, head with { Deadline = request.DeadlineFor(CallShape.Unary) }, connection, inbound, first: null, ended);
            await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
        }
    }
}
