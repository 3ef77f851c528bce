using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Stdio;
using Transcoders.Stdio.JsonRpc;

namespace Gateway.Edges.Stdio;

/// <summary>Many calls of one route over stdin and stdout, in JSON-RPC 2.0: messages in are sorted to their calls, messages out take turns.</summary>
/// <remarks>
/// A route with a schema is called by method, and its streams are carried by `$/msg` and `$/half`. On a route without one every
/// message is a call of its own, forwarded as it is. The end of stdin ends the session: calls may finish for a while.
/// </remarks>
internal sealed class StdioSession : IDisposable
{
    /// <summary>How long calls may go on after the end of stdin. Source: PROTOCOLS §10.7 cells 17–20.</summary>
    public static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    private static readonly CallStatus Ended = new(StatusCode.Cancelled, "The session has ended.") { Origin = StatusOrigin.Client };
    private static readonly CallStatus CancelledByPeer = new(StatusCode.Cancelled, "Cancelled by the client.") { Origin = StatusOrigin.Client };

    private readonly StdioServer _server;
    private readonly Endpoint _endpoint;
    private readonly CallRoute _route;
    private readonly EdgePlans _plans;
    private readonly StdioFraming _framing;
    private readonly SessionOutput _output;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<SessionCall, bool> _running = new();
    private readonly ConcurrentDictionary<string, SessionCall> _byId = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _callEnded = new(0);

    /// <param name="server">Carries the calls.</param>
    /// <param name="endpoint">The endpoint of <paramref name="route"/>.</param>
    /// <param name="route">Where every call goes.</param>
    /// <param name="plans">What the route can do here.</param>
    /// <param name="framing">How messages are cut from stdin and joined into stdout.</param>
    /// <param name="output">Stdout; not disposed here.</param>
    /// <param name="clock">The clock of the drain.</param>
    public StdioSession(StdioServer server, Endpoint endpoint, CallRoute route, EdgePlans plans, StdioFraming framing, StdioOutput output, TimeProvider clock)
    {
        _server = server;
        _endpoint = endpoint;
        _route = route;
        _plans = plans;
        _framing = framing;
        _output = new SessionOutput(output, framing);
        _clock = clock;
    }

    /// <summary>Headers that every call gets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Path of calls on a route without schema.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Reads messages until stdin ends, the peer no longer reads, or a frame cannot be told from the next.</summary>
    /// <returns>OK when stdin ended; else why the session could not go on.</returns>
    public async Task<CallStatus> RunAsync(Stream input, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, _output.Broken);
        var status = CallStatus.Ok;
        try
        {
            await ReadAsync(input, over.Token);
            await DrainAsync(DrainPatience, over.Token);
        }
        catch (CallException e)
        {
            // The frames are lost: nothing after this can be trusted.
            status = e.Status;
            await _output.RefuseAsync(default, JsonRpcStatusMapping.ParseError, status.Message);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            status = Ended;
        }

        foreach (var call in _running.Keys)
        {
            call.Cancel(Ended);
        }

        // Cancelling takes a backend a moment, and a child process the steps of its ladder.
        await DrainAsync(DrainPatience, CancellationToken.None);
        return status;
    }

    public void Dispose() => _callEnded.Dispose();

    private async Task ReadAsync(Stream input, CancellationToken stop)
    {
        // What surrounds a message in JSON-RPC comes on top of the message's own limit.
        using var frames = new FrameBuffer(_framing, _route.Limits.MessageSize + (64 * 1024));
        while (true)
        {
            while (frames.TryRead(out var frame))
            {
                await TakeAsync(frame, stop);
            }

            if (frames.Ended)
            {
                return;
            }

            var count = await input.ReadAsync(frames.GetMemory(), stop);
            if (count == 0)
            {
                frames.End();
            }
            else
            {
                frames.Advance(count);
            }
        }
    }

    /// <summary>Waits until no call runs, or patience is over.</summary>
    private async Task DrainAsync(TimeSpan patience, CancellationToken stop)
    {
        foreach (var call in _running.Keys)
        {
            call.HalfClose();
        }

        using var limit = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        while (!_running.IsEmpty)
        {
            try
            {
                await _callEnded.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> frame, CancellationToken stop)
    {
        if (!JsonRpcReader.TryRead(frame, _route.Limits.Depth, out var message, out var problem))
        {
            await _output.RefuseAsync(problem.Id, problem.Code, problem.Text);
            return;
        }

        var isOpaque = _plans.Opaque is not null;
        switch (message.Kind)
        {
            case JsonRpcKind.Notification when message.Method.StartsWith("$/", StringComparison.Ordinal) && (!isOpaque || message.Method == JsonRpcMethods.Cancel):
                await ControlAsync(message);
                break;
            case JsonRpcKind.Request when isOpaque:
                await StartAsync(message, Forward(frame, message.Id));
                break;
            case var _ when isOpaque:
                // Nobody answers it, so only its end says that the backend has it: what follows must not overtake it.
                var told = Forward(frame, default);
                using (stop.UnsafeRegister(static state => ((SessionCall)state!).Abort(), told))
                {
                    await RunCallAsync(told);
                }

                break;
            case JsonRpcKind.Request or JsonRpcKind.Notification:
                await StartAsync(message, null);
                break;
            default:
                await _output.RefuseAsync(default, JsonRpcStatusMapping.InvalidRequest, "An answer came, and nothing was asked.");
                break;
        }

        stop.ThrowIfCancellationRequested();
    }

    private async ValueTask ControlAsync(JsonRpcMessage message)
    {
        if (message.Method is not (JsonRpcMethods.Message or JsonRpcMethods.Half or JsonRpcMethods.Cancel))
        {
            // LSP: a notification that begins with `$/` may be passed over.
            return;
        }

        if (!JsonRpcReader.TryReadStream(message.Params, out var id, out var data))
        {
            await _output.RefuseAsync(default, JsonRpcStatusMapping.InvalidParams, $"{message.Method} needs params with the id of its call, such as {{\"id\":1}}.");
            return;
        }

        // Messages of calls that have ended are late, not wrong.
        if (!_byId.TryGetValue(Key(id), out var call))
        {
            return;
        }

        switch (message.Method)
        {
            case JsonRpcMethods.Half:
                call.HalfClose();
                break;
            case JsonRpcMethods.Cancel:
                call.Cancel(CancelledByPeer);
                break;
            case var _ when data.IsEmpty:
                await _output.RefuseAsync(default, JsonRpcStatusMapping.InvalidParams, "$/msg needs \"data\", the message.");
                break;
            default:
                call.Post(data);
                break;
        }
    }

    private async ValueTask StartAsync(JsonRpcMessage message, SessionCall? forwarded)
    {
        var isNotification = message.Kind == JsonRpcKind.Notification;
        if (!isNotification && _byId.ContainsKey(Key(message.Id)))
        {
            // Under that id an answer would be taken for the first call's.
            forwarded?.Dispose();
            await _output.RefuseAsync(default, JsonRpcStatusMapping.InvalidRequest, $"The call with the id {Key(message.Id)} is still open.");
            return;
        }

        if (_running.Count >= _route.Limits.CallsPerSocket)
        {
            forwarded?.Dispose();
            await RefuseAsync(message, new CallStatus(StatusCode.ResourceExhausted, $"More than {_route.Limits.CallsPerSocket} calls at once."));
            return;
        }

        var path = "/" + message.Method.TrimStart('/');
        if (forwarded is null && !_plans.ByPath.ContainsKey(path))
        {
            await RefuseAsync(message, StdioEdge.Unserved(_plans, path));
            return;
        }

        var call = forwarded ?? Open(message, path);
        _running[call] = true;
        if (!isNotification)
        {
            _byId[Key(message.Id)] = call;
        }

        // The call runs beside the loop, which goes on reading for it and for others.
        _ = Task.Run(() => RunCallAsync(call));
    }

    private ValueTask RefuseAsync(JsonRpcMessage message, CallStatus status) =>
        message.Kind == JsonRpcKind.Notification ? default : _output.FailAsync(message.Id, status, _route);

    private MethodCall Open(JsonRpcMessage message, string path)
    {
        var shape = _plans.ByPath[path].Shape;
        Pipe? pipe = null;
        if (shape.StreamsRequests())
        {
            pipe = new Pipe(new PipeOptions(pauseWriterThreshold: MethodCall.MaxWaiting, resumeWriterThreshold: MethodCall.MaxWaiting / 2, useSynchronizationContext: false));
        }

        var call = new MethodCall(shape, pipe?.Writer)
        {
            Endpoint = _endpoint,
            MethodPath = path,
            Target = path,
            Headers = MakeHeaders(),
            Body = pipe?.Reader ?? Whole(message.Params),
            IsGiven = true,
            Id = message.Id.ToArray(),
            Output = _output,
        };
        if (pipe is not null && !message.Params.IsEmpty)
        {
            call.Post(message.Params);
        }

        return call;
    }

    private ForwardedMessage Forward(ReadOnlyMemory<byte> frame, ReadOnlyMemory<byte> id)
    {
        var headers = MakeHeaders();
        headers["Content-Type"] = "application/json";
        headers["Accept"] = "application/json, text/event-stream";
        return new ForwardedMessage
        {
            Endpoint = _endpoint,
            Target = Path,
            Headers = headers,
            Body = Whole(frame),
            IsGiven = true,
            Id = id.ToArray(),
            Output = _output,
            MaxDepth = _route.Limits.Depth,
        };
    }

    private async Task RunCallAsync(SessionCall call)
    {
        var status = await _server.CallAsync(call);

        // The id is free before the answer says so.
        if (!call.Id.IsEmpty)
        {
            _byId.TryRemove(Key(call.Id), out _);
        }

        await call.AnswerAsync(status, _route);
        call.Dispose();
        _running.TryRemove(call, out _);
        _callEnded.Release();
    }

    private HeaderDictionary MakeHeaders()
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in Headers)
        {
            headers.Append(name, value);
        }

        return headers;
    }

    private static PipeReader Whole(ReadOnlyMemory<byte> bytes) => PipeReader.Create(new ReadOnlySequence<byte>(bytes.ToArray()));

    private static string Key(ReadOnlyMemory<byte> id) => Encoding.UTF8.GetString(id.Span);
}
