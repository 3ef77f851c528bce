using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Stdio;
using Transcoders.Stdio.JsonRpc;

namespace Gateway.Backends.Stdio;

/// <summary>A call that is one JSON-RPC request to a process of its own. See <see cref="JsonRpcMethods"/> for the messages.</summary>
/// <remarks>
/// Without a schema the first message is the request's params, and what the client sends after it are `$/msg` notifications.
/// The answer ends the call; the process is then asked to end, and how it does no longer matters.
/// </remarks>
internal sealed class JsonRpcClientCall : ClientCall
{
    private const int MaxDepth = 100;

    // What is framed here was bounded by the route's message limit before.
    private const int FrameLimit = int.MaxValue / 2;

    private readonly StdioClientCall _inner;
    private readonly StdioExchange _exchange;
    private readonly CallHead _head;
    private readonly string _method;
    private readonly PayloadBuffer _frame = new(FrameLimit);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly bool _isOpaque;
    private volatile bool _opened;
    private volatile bool _ended;
    private bool _halfClosed;
    private long _sequence;
    private CallStatus? _status;

    /// <param name="inner">The process; disposed with this.</param>
    /// <param name="exchange">How it is spoken to.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="method">The method of every call; null for the one called, or the last segment of the path.</param>
    public JsonRpcClientCall(StdioClientCall inner, StdioExchange exchange, CallHead head, string? method)
    {
        _inner = inner;
        _exchange = exchange;
        _head = head;
        _isOpaque = head.Method.Length == 0;
        _method = method ?? (_isOpaque ? LastSegment(head.Target) : head.Method);
        inner.Process.Farewell = SayCancelAsync;
    }

    public override PayloadFormat Format => PayloadFormat.Json;

    public override CallStatus Status => _status ?? _inner.Status;

    private static ReadOnlySpan<byte> Id => "1"u8;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        if (_isOpaque && !IsJson(message.Payload.Span))
        {
            return ValueTask.FromException(new CallException(new CallStatus(
                StatusCode.InvalidArgument, "The message is not one JSON value, which the params of a JSON-RPC request are.") { Origin = StatusOrigin.Client }));
        }

        return SendAsync(message, halfClose: last, flush: last, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => SendAsync(null, halfClose: false, flush: true, cancellationToken);

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => SendAsync(null, halfClose: true, flush: true, cancellationToken);

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_status is null)
        {
            if (await _inner.ReadAsync(cancellationToken) is not { } frame)
            {
                End(_inner.Status.IsOk ? Broken("The process ended without answering the request.") : _inner.Status);
                break;
            }

            if (!JsonRpcReader.TryRead(frame.Payload, MaxDepth, out var message, out var problem))
            {
                End(Broken("The process wrote what is no JSON-RPC message: " + problem.Text));
                _inner.Process.Stop(StopCause.BadOutput);
                break;
            }

            if (await TakeAsync(message, cancellationToken) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }

    public override ValueTask FinishAsync()
    {
        _ended = true;
        return _inner.FinishAsync();
    }

    public override ValueTask DisposeAsync()
    {
        if (_turn.Wait(0))
        {
            // Nobody writes, and from now on nobody can; the farewell has a buffer of its own.
            _frame.Dispose();
            _turn.Release();
        }

        return _inner.DisposeAsync();
    }

    /// <summary>What a message of the process means for the call: an answer, or nothing to hand on.</summary>
    private async ValueTask<Message?> TakeAsync(JsonRpcMessage message, CancellationToken cancellationToken)
    {
        var isOurs = message.Id.Span.SequenceEqual(Id);
        switch (message.Kind)
        {
            case JsonRpcKind.Notification when message.Method == JsonRpcMethods.Message:
                return JsonRpcReader.TryReadStream(message.Params, out var id, out var data) && id.Span.SequenceEqual(Id) && !data.IsEmpty
                    ? new Message(data, PayloadFormat.Json)
                    : null;
            case JsonRpcKind.Request:
                await RefuseAsync(message.Id, cancellationToken);
                return null;
            case JsonRpcKind.Result when isOurs:
                End(CallStatus.Ok);
                await _inner.FinishAsync();

                // The end of a stream need not say anything; a unary answer says what it says.
                var isEndOnly = (_isOpaque || _head.Shape.StreamsResponses()) && message.Result.Span.SequenceEqual("null"u8);
                return isEndOnly ? null : new Message(message.Result, PayloadFormat.Json);
            case JsonRpcKind.Error when isOurs || message.Id.Span.SequenceEqual("null"u8):
                // An error without an id is about a request that could not be read, and there is only one.
                End(JsonRpcStatusMapping.ToStatus(message, _exchange.Statuses));
                await _inner.FinishAsync();
                return null;
            default:
                return null;
        }
    }

    private void End(CallStatus status)
    {
        _ended = true;
        _status = status;
    }

    /// <summary>Sends what is due: the request first, then the message, then that no more follow.</summary>
    private ValueTask SendAsync(Message? message, bool halfClose, bool flush, CancellationToken cancellationToken)
    {
        var sending = SendInTurnAsync(message, halfClose, flush, cancellationToken);
        return halfClose && !sending.IsCompleted ? Detach(sending.AsTask()) : sending;
    }

    private async ValueTask SendInTurnAsync(Message? message, bool halfClose, bool flush, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_ended)
            {
                throw new IOException("The call has its answer.");
            }

            // 1. The request. With one message to come it carries it; with many it goes ahead of them.
            var carries = _isOpaque || !_head.Shape.StreamsRequests();
            if (!_opened && (!carries || message is not null || halfClose))
            {
                _frame.Clear();
                JsonRpcWriter.WriteRequest(_frame, Id, _method, carries && message is { } first ? first.Payload.Span : default);
                _opened = true;
                message = carries ? null : message;
                await WriteFrameAsync(cancellationToken);
            }

            // 2. The message of a stream.
            if (message is { } next)
            {
                _frame.Clear();
                JsonRpcWriter.WriteStreamMessage(_frame, Id, ++_sequence, next.Payload.Span);
                await WriteFrameAsync(cancellationToken);
            }

            // 3. Its end, where there was one.
            if (halfClose && !_halfClosed)
            {
                _halfClosed = true;
                if (!carries || _sequence != 0)
                {
                    _frame.Clear();
                    JsonRpcWriter.WriteHalf(_frame, Id);
                    await WriteFrameAsync(cancellationToken);
                }
            }

            if (flush)
            {
                await _inner.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private ValueTask WriteFrameAsync(CancellationToken cancellationToken) =>
        _inner.WriteAsync(new Message(_frame.WrittenMemory, PayloadFormat.Json), last: false, cancellationToken);

    /// <summary>Nothing follows, so nobody need wait: the process may want to be read before it reads on.</summary>
    private static ValueTask Detach(Task sending)
    {
        _ = ObserveAsync(sending);
        return default;

        static async Task ObserveAsync(Task sending)
        {
            try
            {
                await sending;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The process takes no more: its status says why.
            }
        }
    }

    /// <summary>A process may ask too; nobody here can answer, and it should not wait for it.</summary>
    private async ValueTask RefuseAsync(ReadOnlyMemory<byte> id, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _frame.Clear();
            JsonRpcWriter.WriteError(_frame, id.Span, JsonRpcStatusMapping.MethodNotFound, "The gateway serves no methods on this process.", default);
            await WriteFrameAsync(cancellationToken);
            await _inner.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // It no longer reads: then it does not wait either.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells the process that nobody wants the answer any more, before it is stopped.</summary>
    private async Task SayCancelAsync()
    {
        if (!_opened || _ended || !_turn.Wait(0))
        {
            return;
        }

        try
        {
            using var body = new PayloadBuffer(1024);
            using var frame = new PayloadBuffer(1024);
            JsonRpcWriter.WriteCancel(body, Id);
            _exchange.Framing.Write(body.WrittenSpan, frame);
            await _inner.Process.Child.Input.WriteAsync(frame.WrittenMemory);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It no longer reads; the ladder comes next.
        }
        finally
        {
            _turn.Release();
        }
    }

    private static CallStatus Broken(string text) => new(StatusCode.Internal, text) { HttpStatus = 502, Origin = StatusOrigin.Backend };

    /// <summary>`/rpc/build?x=1` → `build`.</summary>
    private static string LastSegment(string target)
    {
        var path = UrlText.DecodePath(target).TrimEnd('/');
        return path[(path.LastIndexOf('/') + 1)..];
    }

    private static bool IsJson(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
