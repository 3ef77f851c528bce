using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>A socket of the subprotocol `grpc-websockets`: its path names the method, its first message holds the headers, and it carries one call.</summary>
internal sealed class GrpcWebSocketSession(EdgeRequest request, WebSocketHandshake handshake, CallDispatcher dispatcher)
{
    public async Task<CallStatus> RunAsync()
    {
        try
        {
            var connection = await handshake.AcceptAsync();
            try
            {
                return await RunAsync(connection);
            }
            catch (CallException e)
            {
                // What came first was no header block: there is no call to speak of.
                await connection.CloseAsync(WebSocketClose.Code(e.Status), CloseCodeMapping.Reason(e.Status));
                return e.Status;
            }
        }
        catch (CallException e)
        {
            // Gone before the upgrade.
            return e.Status;
        }
    }

    private async Task<CallStatus> RunAsync(WebSocketConnection connection)
    {
        if (await connection.ReadAsync(CancellationToken.None) is not { } block)
        {
            throw WebSocketClose.ByClient();
        }

        if (block.IsText)
        {
            throw new CallException(WebSocketClose.Unsupported("messages of this subprotocol are binary"));
        }

        var headers = GrpcWebSocketMessage.ReadHeaders(block.Payload.Span);
        var path = request.Path.ToString();
        var plan = request.Plans.ByPath.GetValueOrDefault(path);
        var head = MakeHead(plan?.MethodName ?? "", plan?.Shape ?? CallShape.Unary, headers);
        var refusal = GrpcWebFrames.RefuseEncoding(headers, out var encoding);
        var call = new GrpcWebSocketCall(handshake, connection, head, headers.Find("content-type"), encoding, request.Route.Limits);
        if (plan is null)
        {
            var method = path.TrimStart('/');
            refusal = new CallStatus(StatusCode.Unimplemented, request.Plans.Refusals.TryGetValue(method, out var problem) ? problem.Text : $"No method {method} is served here.");
        }

        if (refusal is not null)
        {
            await call.CompleteAsync(refusal);
            return refusal;
        }

        return await dispatcher.DispatchAsync(call, plan!, request.Route, request.Plans.Labels, request.Destination);
    }

    /// <summary>The handshake's metadata, and over it the header block's: a browser can set no headers of a handshake.</summary>
    private CallHead MakeHead(string method, CallShape shape, CallMetadata headers)
    {
        var head = request.MakeHead(method, shape) with { Verb = HttpMethods.Post, ContentType = headers.Find("content-type") };
        foreach (ref readonly var entry in headers.AsSpan())
        {
            if (request.Route.Metadata.Passes(entry.Key))
            {
                head.Metadata.Remove(entry.Key);
            }
        }

        foreach (ref readonly var entry in headers.AsSpan())
        {
            if (request.Route.Metadata.Passes(entry.Key))
            {
                // gRPC metadata is spelt in lower case.
                head.Metadata.Add(entry.Key.ToLowerInvariant(), entry.Value);
            }
        }

        return GrpcWebFrames.TimeoutOf(headers) is { } asked ? head with { Deadline = request.Route.DeadlineFor(shape, asked, request.Clock) } : head;
    }
}
