using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The one call of a socket without envelope: a WebSocket message is a message, the close frame is the status.</summary>
internal sealed class RawWebSocketCall : ServerCall
{
    private readonly EdgeRequest _request;
    private readonly WebSocketConnection _connection;
    private readonly FirstMessage? _first;
    private readonly bool _isOpaque;
    private volatile PayloadFormat _accepts;
    private bool _halfClosed;
    private bool _any;

    /// <param name="request">The handshake.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="connection">The socket; not disposed here.</param>
    /// <param name="first">Binds path and query into the first message; null on a route without schema.</param>
    public RawWebSocketCall(EdgeRequest request, CallHead head, WebSocketConnection connection, FirstMessage? first)
    {
        _request = request;
        _connection = connection;
        _first = first;
        _isOpaque = first is null;
        Head = head;
        _accepts = _isOpaque ? PayloadFormat.Text : PayloadFormat.Json;
    }

    public override CallHead Head { get; }

    /// <summary>Text, until the client sends a binary message: from then on it is answered in kind.</summary>
    public override PayloadFormat Accepts => _accepts;

    /// <summary>Without a schema a message keeps its kind: what is binary leaves as a binary message.</summary>
    public override PayloadFormat AcceptsFor(PayloadFormat offered) =>
        _isOpaque && offered == PayloadFormat.Binary ? PayloadFormat.Binary : _accepts;

    public override CancellationToken Aborted => _connection.Gone;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_halfClosed)
        {
            return new((Message?)null);
        }

        if (!_any && _first is { IsWhole: true })
        {
            // The URL is the whole request: nothing is waited for.
            (_any, _halfClosed) = (true, true);
            return new(_first.FromUrl());
        }

        return ReadNextAsync(cancellationToken);
    }

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken) => default;

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        _connection.SendAsync(message.Payload, message.Format is PayloadFormat.Json or PayloadFormat.Text, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        _first?.Dispose();
        if (Aborted.IsCancellationRequested)
        {
            return;
        }

        if (!status.IsOk && _request.Route.Settings.Options.WebSocket.ErrorMessage)
        {
            using var text = new PayloadBuffer(_request.Route.Limits.MessageSize);
            text.Write("{\"error\":"u8);
            _request.Route.StatusWriter.Write(status, text);
            text.Write("}"u8);
            try
            {
                await _connection.SendAsync(text.WrittenMemory, isText: true, CancellationToken.None);
            }
            catch (CallException)
            {
                return;
            }
        }

        await _connection.CloseAsync(WebSocketClose.Code(status), CloseCodeMapping.Reason(status));
    }

    private async ValueTask<Message?> ReadNextAsync(CancellationToken cancellationToken)
    {
        if (await _connection.ReadAsync(cancellationToken) is not { } inbound)
        {
            // A client's close frame ends the socket both ways: nobody is left to be answered.
            throw new CallException(new CallStatus(StatusCode.Cancelled, "The client closed the socket.") { Origin = StatusOrigin.Client });
        }

        if (!inbound.IsText)
        {
            _accepts = _isOpaque ? PayloadFormat.Binary : PayloadFormat.Protobuf;
        }

        if (_isOpaque)
        {
            return new Message(inbound.Payload, inbound.IsText ? PayloadFormat.Text : PayloadFormat.Binary);
        }

        if (inbound.IsText && inbound.Payload.IsEmpty)
        {
            // The half-close of a socket that has none. An empty binary message is a valid empty protobuf message.
            _halfClosed = true;
            return _any || Head.Shape.StreamsRequests() ? null : _first!.FromUrl();
        }

        var isFirst = !_any;
        _any = true;
        _halfClosed = !Head.Shape.StreamsRequests();
        return isFirst
            ? _first!.From(inbound.Payload, inbound.IsText)
            : new Message(inbound.Payload, inbound.IsText ? PayloadFormat.Json : PayloadFormat.Protobuf);
    }
}
