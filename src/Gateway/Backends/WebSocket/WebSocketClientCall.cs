using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>A call that is a socket of its own: opened by the first request where the path needs it, else at once where requests stream.</summary>
/// <remarks>
/// <code>
/// dial ─► open messages ─► WriteAsync … half-close ─►  socket  ─► ReadAsync … close frame or end frame ─► Status
/// FinishAsync: close 1000    disposed before the end: close 1001    both behind the call's back, at most a second
/// </code>
/// </remarks>
internal sealed class WebSocketClientCall : ClientCall
{
    /// <summary>How long the server may take to answer our close frame.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    /// <summary>How long a message that looks like a failure is held back for the close that would make it one.</summary>
    private static readonly TimeSpan ErrorPatience = TimeSpan.FromSeconds(1);

    private readonly WebSocketDialer _dialer;
    private readonly CancellationTokenSource _stop;
    private Task<Dialogue?>? _opening;
    private CallMetadata? _handshake;
    private Task<SocketMessage>? _receiving;
    private SocketMessage? _received;
    private Message? _ready;
    private CallStatus? _status;
    private int _closeCode = CloseCodeMapping.Normal;
    private Task? _closing;

    public WebSocketClientCall(WebSocketDialer dialer, CancellationToken cancellationToken)
    {
        _dialer = dialer;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (dialer.Head.Shape.StreamsRequests())
        {
            // The server may speak first.
            _opening = OpenAsync(default);
        }
    }

    public override PayloadFormat Format => _dialer.Plan.Format;

    public override CallStatus Status => _status ?? new CallStatus(StatusCode.Unknown, "The call has not ended.");

    /// <summary>Without a schema messages pass as they come: text as text, bytes as bytes.</summary>
    public override PayloadFormat FormatFor(PayloadFormat offered) => _dialer.Plan.HasSchema ? Format : offered;

    public override async ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        _opening ??= OpenAsync(message.Payload);
        var dialogue = await OpenedAsync(cancellationToken);
        await dialogue.WriteAsync(message, cancellationToken);
        if (last)
        {
            await dialogue.HalfCloseAsync(cancellationToken);
        }
    }

    /// <summary>Nothing is kept back.</summary>
    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask HalfCloseAsync(CancellationToken cancellationToken) =>
        await (await OpenedAsync(cancellationToken)).HalfCloseAsync(cancellationToken);

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        _opening ??= OpenAsync(default);
        if (await _opening.WaitAsync(cancellationToken) is not { } dialogue)
        {
            return ResponseHead.Empty;
        }

        var metadata = _handshake;
        while (dialogue.SaysHead)
        {
            var turn = await dialogue.TakeAsync(await ReceiveAsync(dialogue, cancellationToken), cancellationToken);
            if (turn.Kind == TurnKind.Nothing)
            {
                continue;
            }

            metadata = turn.Kind == TurnKind.Head ? turn.Metadata : metadata;
            _ready = turn.Kind == TurnKind.Message ? turn.Message : null;
            Settle(turn);
            break;
        }

        return metadata is null ? ResponseHead.Empty : new ResponseHead { Metadata = metadata };
    }

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ready is { } ready)
        {
            _ready = null;
            return new(ready);
        }

        return _status is not null ? new((Message?)null) : ReadNextAsync(cancellationToken);
    }

    public override ValueTask FinishAsync()
    {
        _closing ??= CloseAsync(isCancelled: false);
        return default;
    }

    /// <summary>Lets go of the socket. It is closed in order behind the call's back, within a second.</summary>
    public override ValueTask DisposeAsync()
    {
        if (_status is null && _closing is null)
        {
            _closeCode = CloseCodeMapping.GoingAway;
        }

        _closing ??= CloseAsync(isCancelled: _status is null);
        _status ??= new CallStatus(StatusCode.Cancelled, "The call was given up.");
        _ = ReleaseAsync(_closing);
        return default;
    }

    /// <summary>Dials and sends what comes first. Null when that failed, with the status; it does not throw but for what is wrong with the request.</summary>
    private Task<Dialogue?> OpenAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            var target = _dialer.Target(request.Span);
            var messages = new List<byte[]>(_dialer.Plan.OpenMessages.Count);
            foreach (var template in _dialer.Plan.OpenMessages)
            {
                messages.Add(template.Render(_dialer.Head));
            }

            return OpenAsync(target, messages);
        }
        catch (CallException e)
        {
            _status = e.Status;
            return Task.FromResult<Dialogue?>(null);
        }
    }

    private async Task<Dialogue?> OpenAsync(Uri target, List<byte[]> messages)
    {
        Dialogue? dialogue = null;
        try
        {
            var (socket, subprotocol, metadata, failure) = await _dialer.DialAsync(target, _stop.Token);
            if (socket is null)
            {
                _status = failure;
                return null;
            }

            _handshake = metadata;
            dialogue = subprotocol == Subprotocols.Envelope ? new EnvelopeDialogue(_dialer, socket) : new RawDialogue(_dialer, socket, messages);
            await dialogue.OpenAsync(_stop.Token);
        }
        catch (IOException)
        {
            // A server that takes no message may still say why.
        }
        catch (OperationCanceledException)
        {
            // Given up while it was opened. What is open already is closed as any other.
            if (dialogue is null)
            {
                _status = new CallStatus(StatusCode.Cancelled, "The call was given up.");
            }
        }

        return dialogue;
    }

    private async ValueTask<Dialogue> OpenedAsync(CancellationToken cancellationToken) =>
        await _opening!.WaitAsync(cancellationToken) ?? throw new IOException("There is no WebSocket to write to.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> ReadNextAsync(CancellationToken cancellationToken)
    {
        var dialogue = (await _opening!)!;
        while (true)
        {
            var turn = await dialogue.TakeAsync(await ReceiveAsync(dialogue, cancellationToken), cancellationToken);
            switch (turn.Kind)
            {
                case TurnKind.Message:
                    return turn.Message;
                case TurnKind.End:
                    Settle(turn);
                    return null;
                case TurnKind.MaybeError when await IsErrorAsync(dialogue, turn, cancellationToken):
                    return null;
                case TurnKind.MaybeError:
                    return turn.Message;
                default:
                    break;
            }
        }
    }

    /// <summary>Looks at what follows a message that may be the status of a failure: it is, if the server closes with one.</summary>
    private async ValueTask<bool> IsErrorAsync(Dialogue dialogue, Turn suspect, CancellationToken cancellationToken)
    {
        _receiving ??= dialogue.Socket.ReceiveAsync().AsTask();
        try
        {
            await _receiving.WaitAsync(ErrorPatience, _dialer.Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The server goes on: it was a message.
            return false;
        }

        var next = await _receiving;
        _receiving = null;
        if (next.Event == SocketEvent.Closed)
        {
            var end = await dialogue.TakeAsync(next, cancellationToken);
            Settle(end.Status!.IsOk ? end : Turn.End(suspect.Status!));
            return !end.Status.IsOk;
        }

        _received = next;
        return false;
    }

    /// <summary>What comes next on the socket. A caller that gives up leaves the receive under way for the next one, or for the close.</summary>
    private ValueTask<SocketMessage> ReceiveAsync(Dialogue dialogue, CancellationToken cancellationToken)
    {
        if (_received is { } received)
        {
            _received = null;
            return new(received);
        }

        if (_receiving is null)
        {
            var receive = dialogue.Socket.ReceiveAsync();
            if (receive.IsCompletedSuccessfully)
            {
                return receive;
            }

            _receiving = receive.AsTask();
        }

        return WaitAsync(_receiving, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SocketMessage> WaitAsync(Task<SocketMessage> receiving, CancellationToken cancellationToken)
    {
        var received = await receiving.WaitAsync(cancellationToken);
        _receiving = null;
        return received;
    }

    private void Settle(in Turn turn)
    {
        if (turn.Kind == TurnKind.End)
        {
            _status = turn.Status;
            _closeCode = turn.CloseCode;
        }
    }

    private async Task CloseAsync(bool isCancelled)
    {
        var (code, receiving) = (_closeCode, _receiving);
        if (_opening is null)
        {
            return;
        }

        if (!_opening.IsCompleted)
        {
            await _stop.CancelAsync();
        }

        if (await _opening is { } dialogue)
        {
            await dialogue.Socket.CloseAsync(code, dialogue.Farewell(isCancelled), receiving, ClosePatience);
        }
    }

    private async Task ReleaseAsync(Task closing)
    {
        await closing;
        if (_opening is not null && await _opening is { } dialogue)
        {
            dialogue.Socket.Release();
        }

        _stop.Dispose();
    }
}
