using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The one call of a `grpc-websockets` socket: gRPC-Web frames both ways, each in a message of its own. Source: PROTOCOLS §10.7 cell 6.</summary>
internal sealed class GrpcWebSocketCall : ServerCall
{
    private readonly WebSocketHandshake _handshake;
    private readonly WebSocketConnection _connection;
    private readonly CallLimits _limits;
    private readonly string _contentType;
    private readonly string _encoding;
    private readonly PayloadBuffer _unpacked;
    private readonly PayloadBuffer _frame;
    private ReadOnlyMemory<byte> _frames;
    private bool _headWritten;

    /// <param name="handshake">The granted handshake; its socket is not disposed here.</param>
    /// <param name="connection">The socket, its first message read.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="contentType">What the client said its messages are; null when it did not.</param>
    /// <param name="encoding">The client's grpc-encoding.</param>
    /// <param name="limits">The call's bounds.</param>
    public GrpcWebSocketCall(WebSocketHandshake handshake, WebSocketConnection connection, CallHead head, string? contentType, string encoding, CallLimits limits)
    {
        _handshake = handshake;
        _connection = connection;
        _limits = limits;
        _encoding = encoding;
        Head = head;
        Accepts = contentType is not null && contentType.EndsWith("+json", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Json : PayloadFormat.Protobuf;
        _contentType = Accepts == PayloadFormat.Json ? "application/grpc-web+json" : GrpcWebFrames.ContentType;
        _unpacked = new PayloadBuffer(limits.MessageSize);

        // A message may be as large as the limit, and has its frame's prefix; metadata is bounded where it was read.
        _frame = new PayloadBuffer(int.MaxValue / 2);
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts { get; }

    public override CancellationToken Aborted => _handshake.Gone;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_frames.IsEmpty)
        {
            if (await _connection.ReadAsync(cancellationToken) is not { } inbound)
            {
                throw WebSocketClose.ByClient();
            }

            if (inbound.IsText)
            {
                throw new CallException(WebSocketClose.Unsupported("messages of this subprotocol are binary"));
            }

            if (GrpcWebSocketMessage.Read(inbound.Payload, out _frames) == GrpcWebSocketKind.HalfClose)
            {
                return null;
            }
        }

        return new Message(GrpcWebFrames.ReadMessage(ref _frames, _limits, _encoding, _unpacked), Accepts);
    }

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        _headWritten = true;
        _frame.Clear();
        GrpcWebFrames.WriteHead(_frame, _contentType, head.Metadata);
        return _connection.SendAsync(_frame.WrittenMemory, isText: false, cancellationToken);
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _frame.Clear();
        GrpcWebFrames.WriteMessage(_frame, message.Payload.Span);
        return _connection.SendAsync(_frame.WrittenMemory, isText: false, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        try
        {
            if (_handshake.Gone.IsCancellationRequested)
            {
                return;
            }

            if (!_headWritten)
            {
                await WriteHeadAsync(ResponseHead.Empty, CancellationToken.None);
            }

            _frame.Clear();
            GrpcWebFrames.WriteTrailers(_frame, status);
            await _connection.SendAsync(_frame.WrittenMemory, isText: false, CancellationToken.None);

            // The trailers have said how the call ended; only a broken socket closes with another code.
            var code = WebSocketClose.Code(status);
            var isBroken = code is CloseCodeMapping.MessageTooBig or CloseCodeMapping.UnsupportedData;
            await _connection.CloseAsync(isBroken ? code : CloseCodeMapping.Normal, isBroken ? CloseCodeMapping.Reason(status) : "");
        }
        catch (CallException)
        {
            // The client left before it was told.
        }
        finally
        {
            _unpacked.Dispose();
            _frame.Dispose();
        }
    }
}
