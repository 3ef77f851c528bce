using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The one call of a socket without envelope: a WebSocket message is a message, the close frame is the status.</summary>
/// <remarks>The socket is granted when the call first needs it, so that a call which never began is refused in plain HTTP.</remarks>
internal sealed class RawWebSocketCall : ServerCall, IDisposable
{
    private static readonly CallStatus AfterHalfClose =
        new(StatusCode.InvalidArgument, "A message came after the half-close.") { Origin = StatusOrigin.Client };

    private static readonly CallStatus TakesNoMessages = WebSocketClose.Unsupported("this stream takes no messages");

    private readonly EdgeRequest _request;
    private readonly WebSocketHandshake _handshake;
    private readonly RawCallMode _mode;
    private readonly FirstMessage? _first;
    private readonly CompanionCalls? _companion;
    private readonly RawText? _text;
    private readonly bool _isOpaque;
    private readonly CancellationTokenSource _aborted;
    private PayloadBuffer? _frame;
    private Task _watching = Task.CompletedTask;
    private volatile PayloadFormat _accepts;
    private CallStatus? _failure;
    private bool _halfClosed;
    private bool _any;

    /// <param name="request">The handshake.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="handshake">The socket to be; not disposed here.</param>
    /// <param name="mode">What the route's options make of it.</param>
    /// <param name="first">Binds path and query into the first message; null on a route without schema.</param>
    /// <param name="companion">Takes messages that come when the call takes none; null when that ends it.</param>
    public RawWebSocketCall(
        EdgeRequest request, CallHead head, WebSocketHandshake handshake, RawCallMode mode, FirstMessage? first, CompanionCalls? companion)
    {
        _request = request;
        _handshake = handshake;
        _mode = mode;
        _first = first;
        _companion = companion;
        _isOpaque = first is null;
        _text = _isOpaque ? new RawText(request.Route.Limits, mode.Lf) : null;
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(handshake.Gone);
        Head = head;
        _accepts = _isOpaque ? PayloadFormat.Text : PayloadFormat.Json;
    }

    public override CallHead Head { get; }

    /// <summary>Text, until the client sends a binary message: from then on it is answered in kind.</summary>
    public override PayloadFormat Accepts => _accepts;

    /// <summary>Without a schema a message keeps its kind: what is binary leaves as a binary message, and JSON is text already.</summary>
    public override PayloadFormat AcceptsFor(PayloadFormat offered) =>
        _isOpaque && offered is PayloadFormat.Binary or PayloadFormat.Json ? offered : _accepts;

    public override CancellationToken Aborted => _aborted.Token;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_halfClosed)
        {
            return new((Message?)null);
        }

        return _handshake.Connection is { } connection ? ReadOpenAsync(connection, cancellationToken) : OpenAsync(cancellationToken);
    }

    public override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        if (_handshake.Connection is null)
        {
            await _handshake.AcceptAsync();
        }
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (_mode.Wraps)
        {
            _frame ??= new PayloadBuffer(int.MaxValue / 2);
            _frame.Clear();
            EnvelopeWriter.WriteEvent(_frame, message, _request.Route.Limits.Depth);
            return _handshake.Connection!.SendAsync(_frame.WrittenMemory, isText: true, cancellationToken);
        }

        // A process's text is known to be UTF-8; an event stream's is whatever its server sent, and a text frame must be (RFC 6455 §8.1).
        var isText = message.Format is PayloadFormat.Json or PayloadFormat.Text && (!_mode.IsSubscription || Utf8.IsValid(message.Payload.Span));
        return _handshake.Connection!.SendAsync(message.Payload, isText, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        if (status.Code == StatusCode.Cancelled && _failure is { } failure)
        {
            // Stopped from here: the reason is known better than the relay knows it.
            status = failure;
        }

        // Nothing listens for messages any more; what a companion has under way ends with the call.
        await _aborted.CancelAsync();
        await _watching;
        Dispose();
        if (_handshake.Gone.IsCancellationRequested)
        {
            return;
        }

        if (_handshake.Connection is null && !status.IsOk)
        {
            await _handshake.RefuseAsync(status);
            return;
        }

        try
        {
            var connection = await _handshake.AcceptAsync();
            if (!status.IsOk && _request.Route.Settings.Options.WebSocket.ErrorMessage)
            {
                using var text = new PayloadBuffer(_request.Route.Limits.MessageSize);
                text.Write("{\"error\":"u8);
                _request.Route.StatusWriter.Write(status, text);
                text.Write("}"u8);
                await connection.SendAsync(text.WrittenMemory, isText: true, CancellationToken.None);
            }

            await connection.CloseAsync(WebSocketClose.Code(status), CloseCodeMapping.Reason(status));
        }
        catch (CallException)
        {
            // The client left before it was told.
        }
    }

    public void Dispose()
    {
        _first?.Dispose();
        _frame?.Dispose();
        _text?.Dispose();
        _aborted.Dispose();
    }

    /// <summary>Grants the socket, or waits until the backend's head has done so, and reads.</summary>
    private async ValueTask<Message?> OpenAsync(CancellationToken cancellationToken)
    {
        var startsAtOnce = _mode.StartsAtOnce || _first is { IsWhole: true };
        if (!_mode.LateAccept || (!startsAtOnce && !Head.Shape.StreamsRequests()))
        {
            await _handshake.AcceptAsync();
        }

        if (startsAtOnce)
        {
            // The URL is the whole request: nothing is waited for.
            _any = true;
            EndRequests();
            return _first?.FromUrl() ?? new Message(default, PayloadFormat.Text);
        }

        return await ReadOpenAsync(await _handshake.Accepted.WaitAsync(cancellationToken), cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> ReadOpenAsync(WebSocketConnection connection, CancellationToken cancellationToken)
    {
        if (_text is { } rest && rest.TryReadRest(out var piece))
        {
            return piece;
        }

        if (await connection.ReadAsync(cancellationToken) is not { } inbound)
        {
            throw WebSocketClose.ByClient();
        }

        if (!inbound.IsText)
        {
            _accepts = _isOpaque ? PayloadFormat.Binary : PayloadFormat.Protobuf;
        }

        if (_text is { } text)
        {
            return await ReadOpaqueAsync(connection, text, inbound, cancellationToken);
        }

        if (inbound.IsText && inbound.Payload.IsEmpty)
        {
            // The half-close of a socket that has none. An empty binary message is a valid empty protobuf message.
            EndRequests();
            return _any || Head.Shape.StreamsRequests() ? null : _first!.FromUrl();
        }

        var isFirst = !_any;
        _any = true;
        if (!Head.Shape.StreamsRequests())
        {
            EndRequests();
        }

        return isFirst
            ? _first!.From(inbound.Payload, inbound.IsText)
            : new Message(inbound.Payload, inbound.IsText ? PayloadFormat.Json : PayloadFormat.Protobuf);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> ReadOpaqueAsync(WebSocketConnection connection, RawText text, WebSocketConnection.Inbound inbound, CancellationToken cancellationToken)
    {
        if (_mode.JoinsLines)
        {
            // One body, a line for each message: it begins when the client has half-closed.
            while (!(inbound.IsText && inbound.Payload.IsEmpty))
            {
                text.Join(inbound.Payload);
                inbound = await connection.ReadAsync(cancellationToken) ?? throw WebSocketClose.ByClient();
            }

            EndRequests();
            return text.Joined();
        }

        if (inbound.IsText && inbound.Payload.IsEmpty && _mode.EmptyIsEof)
        {
            EndRequests();
            return _any || Head.Shape.StreamsRequests() ? null : new Message(default, PayloadFormat.Text);
        }

        _any = true;
        if (!Head.Shape.StreamsRequests())
        {
            EndRequests();
        }

        // A companion reads on while this message is still being sent.
        var payload = _companion is null ? inbound.Payload : inbound.Payload.ToArray();
        return inbound.IsText ? text.Read(payload) : new Message(payload, PayloadFormat.Binary);
    }

    private void EndRequests()
    {
        _halfClosed = true;
        _watching = WatchAsync();
    }

    /// <summary>Nobody reads the socket for the call any more: what a client still sends goes to the companion, or ends the call.</summary>
    private async Task WatchAsync()
    {
        try
        {
            var connection = await _handshake.Accepted.WaitAsync(_aborted.Token);
            if (_companion is not null)
            {
                await _companion.RunAsync(connection, _aborted.Token);
            }
            else if (await connection.HasNextAsync(_aborted.Token))
            {
                Fail(_mode.IsSubscription ? TakesNoMessages : AfterHalfClose);
            }
            else if (connection.Violation is { } violation)
            {
                Fail(violation);
            }
        }
        catch (CallException e)
        {
            Fail(e.Status);
        }
        catch (OperationCanceledException)
        {
            // The call ended first.
        }
    }

    private void Fail(CallStatus status)
    {
        _failure = status;
        _aborted.Cancel();
    }
}
