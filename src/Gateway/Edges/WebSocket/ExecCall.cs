using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The one call of a Kubernetes exec socket: a process's streams as channels, and how it ended as the last message. Source: PROTOCOLS §10.7 cell 8.</summary>
/// <param name="request">The handshake.</param>
/// <param name="head">The call's head, which asks for the streams.</param>
/// <param name="handshake">The socket to be: a process that cannot be had is refused in plain HTTP. Not disposed here.</param>
/// <param name="closesChannels">Version 5: the client may close a channel.</param>
internal sealed class ExecCall(EdgeRequest request, CallHead head, WebSocketHandshake handshake, bool closesChannels) : ServerCall
{
    private readonly PayloadBuffer _frame = new(int.MaxValue / 2);
    private bool _halfClosed;

    public override CallHead Head => head;

    public override PayloadFormat Accepts => PayloadFormat.Binary;

    public override CancellationToken Aborted => handshake.Gone;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        var connection = handshake.Connection ?? await handshake.AcceptAsync();
        while (!_halfClosed)
        {
            if (await connection.ReadAsync(cancellationToken) is not { } inbound)
            {
                throw WebSocketClose.ByClient();
            }

            if (inbound.IsText || inbound.Payload.IsEmpty)
            {
                throw new CallException(WebSocketClose.Unsupported("messages of this subprotocol are binary, their first byte the channel"));
            }

            var payload = inbound.Payload[1..];
            switch ((ExecChannel)inbound.Payload.Span[0])
            {
                case ExecChannel.Stdin when !payload.IsEmpty:
                    return new Message(payload, PayloadFormat.Binary);
                case ExecChannel.Stdin or ExecChannel.Resize:
                    // Clients send an empty one to see whether the socket is there; without a terminal there is nothing to resize.
                    break;
                case ExecChannel.Close when closesChannels && payload.Length == 1:
                    _halfClosed = payload.Span[0] == (byte)ExecChannel.Stdin;
                    break;
                default:
                    throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"Channel {inbound.Payload.Span[0]} takes no messages of a client; 0 (stdin){(closesChannels ? ", 4 (resize) and 255 (close)" : " and 4 (resize)")} do.") { Origin = StatusOrigin.Client });
            }
        }

        return null;
    }

    public override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        if (handshake.Connection is null)
        {
            await handshake.AcceptAsync();
        }
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        SendAsync(message.Event == ProcessStreams.Stderr ? ExecChannel.Stderr : ExecChannel.Stdout, message.Payload.Span, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        try
        {
            if (handshake.Gone.IsCancellationRequested)
            {
                return;
            }

            if (handshake.Connection is null && !status.IsOk)
            {
                await handshake.RefuseAsync(status);
                return;
            }

            var connection = await handshake.AcceptAsync();
            using var text = new PayloadBuffer(request.Route.Limits.MessageSize);
            ExecStatus.Write(text, status);
            await SendAsync(ExecChannel.Error, text.WrittenSpan, CancellationToken.None);

            // The status has said how the process ended; what is the client's own mistake closes with its code.
            var isClients = status.Origin == StatusOrigin.Client;
            await connection.CloseAsync(isClients ? WebSocketClose.Code(status) : CloseCodeMapping.Normal, isClients ? CloseCodeMapping.Reason(status) : "");
        }
        catch (CallException)
        {
            // The client left before it was told.
        }
        finally
        {
            _frame.Dispose();
        }
    }

    private ValueTask SendAsync(ExecChannel channel, ReadOnlySpan<byte> payload, CancellationToken cancellationToken)
    {
        _frame.Clear();
        _frame.Write([(byte)channel]);
        _frame.Write(payload);
        return handshake.Connection!.SendAsync(_frame.WrittenMemory, isText: false, cancellationToken);
    }
}
