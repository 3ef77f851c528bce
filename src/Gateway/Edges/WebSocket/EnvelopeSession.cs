using System.Collections.Concurrent;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Planning;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>Many calls on one socket: frames in are sorted to their calls, frames out take turns. Source: PROTOCOLS §10.4 (gateway.v1.json).</summary>
internal sealed class EnvelopeSession(EdgeRequest request, WebSocketConnection connection, CallDispatcher dispatcher, UrlTarget? fromUrl)
{
    /// <summary>Close code of a second live call under one id.</summary>
    private const int DuplicateId = 4409;

    private readonly ConcurrentDictionary<long, EnvelopeCall> _calls = new();
    private readonly ConcurrentDictionary<EnvelopeCall, Task> _running = new();
    private readonly TaskCompletionSource<CallStatus> _only = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CallStatus _last = CallStatus.Ok;

    /// <summary>Reads frames until the client closes, a frame breaks the protocol, or the one call of a URL that names its method has ended.</summary>
    public async Task<CallStatus> RunAsync()
    {
        try
        {
            while (await NextAsync() is { } inbound)
            {
                if (!inbound.IsText)
                {
                    throw Bad("frames of this subprotocol are text");
                }

                Take(EnvelopeReader.Read(inbound.Payload, request.Route.Limits.Depth));
            }

            // A client that closed by itself gets its own code back, not the status of the calls that its leaving cancelled.
            if (!connection.Gone.IsCancellationRequested)
            {
                await connection.CloseAsync(WebSocketClose.Code(_last), CloseCodeMapping.Reason(_last));
            }
        }
        catch (CallException e)
        {
            CancelAll(e.Status);
            await connection.CloseAsync(e.Status.HttpStatus == DuplicateId ? DuplicateId : WebSocketClose.Code(e.Status), CloseCodeMapping.Reason(e.Status));
            _last = e.Status;
        }
        finally
        {
            CancelAll(new CallStatus(StatusCode.Cancelled, "The client closed the socket.") { Origin = StatusOrigin.Client });
            await Task.WhenAll(_running.Values);
        }

        return _last;
    }

    /// <summary>The next frame; null when the client has closed, or when the socket's only call has ended.</summary>
    private async ValueTask<WebSocketConnection.Inbound?> NextAsync()
    {
        if (fromUrl is null)
        {
            return await connection.ReadAsync(CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        var read = connection.ReadAsync(stop.Token).AsTask();
        if (await Task.WhenAny(read, _only.Task) == read)
        {
            return await read;
        }

        await stop.CancelAsync();
        await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return null;
    }

    private void Take(in EnvelopeFrame frame)
    {
        if (frame.Kind == EnvelopeKind.Start)
        {
            Start(frame);
            return;
        }

        // Frames of calls that have ended are late, not wrong.
        if (!_calls.TryGetValue(frame.Id, out var call))
        {
            if (fromUrl is not null && _running.IsEmpty && !_only.Task.IsCompleted)
            {
                // The URL names the method, so the first message may open the call by itself.
                call = Open(frame.Id, fromUrl.Value.Plan, null, null, Fixed(fromUrl.Value));
            }
            else
            {
                return;
            }
        }

        switch (frame.Kind)
        {
            case EnvelopeKind.Message:
                call.Post(frame);
                break;
            case EnvelopeKind.Half:
                call.HalfClose();
                break;
            default:
                call.Cancel(new CallStatus(StatusCode.Cancelled, "Cancelled by the client.") { Origin = StatusOrigin.Client });
                break;
        }
    }

    private void Start(in EnvelopeFrame frame)
    {
        if (_calls.ContainsKey(frame.Id))
        {
            throw new CallException(new CallStatus(StatusCode.AlreadyExists, $"Call {frame.Id} is still open.") { HttpStatus = DuplicateId, Origin = StatusOrigin.Client });
        }

        if (_calls.Count >= request.Route.Limits.CallsPerSocket)
        {
            Refuse(frame.Id, new CallStatus(StatusCode.ResourceExhausted, $"More than {request.Route.Limits.CallsPerSocket} calls on one socket."));
            return;
        }

        var (plan, first, named, refusal) = Resolve(frame.Method);
        if (plan is null)
        {
            Refuse(frame.Id, refusal!);
            return;
        }

        var call = Open(frame.Id, plan, frame.Headers, frame.TimeoutMs, first, named);
        if (frame.HasData)
        {
            call.Post(frame);
        }

        if (frame.Last || first is { IsWhole: true } || call.IsWhole)
        {
            call.HalfClose();
        }
    }

    private FirstMessage Fixed(UrlTarget target) => new(request.Route.Limits, target.Binding, request.Target, request.PathLength);

    /// <summary>`pkg.Service/Method`, `GET /path?query`, or nothing when the URL or a route without schema leaves no choice.</summary>
    private (CallPlan? Plan, FirstMessage? First, EnvelopeTarget? Named, CallStatus? Refusal) Resolve(string? method)
    {
        var plans = request.Plans;
        if (plans.Opaque is { } opaque)
        {
            var named = EnvelopeTarget.Read(method);
            return named is { } target && SocketTarget.Refuse(request, target.Verb, target.Target, target.PathLength) is { } refused
                ? (null, null, null, refused)
                : (opaque, null, named, null);
        }

        if (method is null)
        {
            return fromUrl is { } named
                ? (named.Plan, Fixed(named), null, null)
                : (null, null, null, new CallStatus(StatusCode.InvalidArgument, "\"method\" is missing; pkg.Service/Method or \"GET /path\" would be right."));
        }

        if (EnvelopeTarget.Read(method) is { } path)
        {
            var (found, refusal) = UrlTarget.Find(request.Route, plans, path.Verb, path.Target.AsSpan(0, path.PathLength));
            return found is { } url
                ? (url.Plan, new FirstMessage(request.Route.Limits, url.Binding, path.Target, path.PathLength), null, null)
                : (null, null, null, refusal);
        }

        if (plans.ByPath.TryGetValue("/" + method.TrimStart('/'), out var plan))
        {
            return (plan, null, null, null);
        }

        return (null, null, null, plans.Refusals.TryGetValue(method, out var problem)
            ? new CallStatus(StatusCode.Unimplemented, problem.Text)
            : new CallStatus(StatusCode.Unimplemented, $"No method {method} is served here."));
    }

    private EnvelopeCall Open(long id, CallPlan plan, CallMetadata? headers, long? timeoutMs, FirstMessage? first, EnvelopeTarget? named = null)
    {
        var call = new EnvelopeCall(id, request, plan, connection, EnvelopeHead.Make(request, plan, headers, timeoutMs, named), first);
        _calls[id] = call;
        // The call runs beside this loop, which goes on reading frames for it.
        _running[call] = Task.Run(() => RunCallAsync(call, plan));
        return call;
    }

    private async Task RunCallAsync(EnvelopeCall call, CallPlan plan)
    {
        _last = await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
        _calls.TryRemove(new(call.Id, call));
        _running.TryRemove(call, out _);
        if (fromUrl is not null)
        {
            _only.TrySetResult(_last);
        }
    }

    private void Refuse(long id, CallStatus status)
    {
        using var frame = new PayloadBuffer(request.Route.Limits.MessageSize);
        using var json = new PayloadBuffer(request.Route.Limits.MessageSize);
        request.Route.StatusWriter.Write(status, json);
        EnvelopeWriter.WriteEnd(frame, id, json.WrittenSpan, null);
        var copy = frame.WrittenSpan.ToArray();
        _ = SendRefusalAsync(copy);
    }

    private async Task SendRefusalAsync(byte[] frame)
    {
        try
        {
            await connection.SendAsync(frame, isText: true, connection.Gone);
        }
        catch (Exception e) when (e is CallException or OperationCanceledException)
        {
            // The client left before it was told; its close is seen by the reading loop.
        }
    }

    private void CancelAll(CallStatus reason)
    {
        foreach (var call in _calls.Values)
        {
            call.Cancel(reason);
        }
    }

    private static CallException Bad(string text) =>
        new(new CallStatus(StatusCode.InvalidArgument, "envelope: " + text) { Origin = StatusOrigin.Client });
}
