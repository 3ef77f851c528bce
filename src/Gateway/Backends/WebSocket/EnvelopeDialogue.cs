using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>A socket that speaks `gateway.v1.json`: head, half-close, status and trailers are frames of their own. Source: PROTOCOLS §10.4.</summary>
internal sealed class EnvelopeDialogue(WebSocketDialer dialer, UpstreamSocket socket) : Dialogue(dialer, socket)
{
    /// <summary>The only call of its socket.</summary>
    private const long Id = 1;

    /// <summary>The close code for a message that is not what it should be. Source: RFC 6455 §7.4.1.</summary>
    private const int InvalidPayload = 1007;

    /// <summary>An envelope is one level around its message.</summary>
    private static readonly int MaxDepth = CallLimits.Default.Depth + 1;

    private bool _halfClosed;

    public override bool SaysHead => true;

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        using var frame = new PayloadBuffer(FrameLimit);
        var deadline = Head.Deadline;
        EnvelopeWriter.WriteStart(frame, Id, Head.Method, deadline.IsSet ? (long)deadline.Remaining(Dialer.Clock).TotalMilliseconds : null);
        await Socket.SendAsync(frame.WrittenMemory, isText: true, cancellationToken);
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        using var frame = new PayloadBuffer(FrameLimit);
        EnvelopeWriter.WriteRequest(frame, Id, message);
        await Socket.SendAsync(frame.WrittenMemory, isText: true, cancellationToken);
    }

    public override async ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_halfClosed)
        {
            return;
        }

        _halfClosed = true;
        using var frame = new PayloadBuffer(FrameLimit);
        EnvelopeWriter.WriteHalf(frame, Id);
        await Socket.SendAsync(frame.WrittenMemory, isText: true, cancellationToken);
    }

    public override ReadOnlyMemory<byte>? Farewell(bool isCancelled)
    {
        if (!isCancelled)
        {
            return null;
        }

        using var frame = new PayloadBuffer(FrameLimit);
        EnvelopeWriter.WriteCancel(frame, Id);
        return frame.WrittenSpan.ToArray();
    }

    public override ValueTask<Turn> TakeAsync(SocketMessage received, CancellationToken cancellationToken) => new(Take(received));

    private Turn Take(in SocketMessage received)
    {
        switch (received.Event)
        {
            case SocketEvent.Text:
                return TakeFrame(received.Payload);
            case SocketEvent.Closed:
                var status = StatusOf(received, default);
                return Turn.End(status.IsOk ? Broken("The backend closed the WebSocket before it had ended the call.") : status);
            case SocketEvent.TooLarge:
                return Turn.End(TooLarge(), CloseCodeMapping.MessageTooBig);
            case SocketEvent.Binary:
                return Turn.End(Broken("The backend sent a binary message on an envelope socket."), CloseCodeMapping.UnsupportedData);
            default:
                return Turn.End(BrokenRules, CloseCodeMapping.ProtocolError);
        }
    }

    private Turn TakeFrame(ReadOnlyMemory<byte> text)
    {
        EnvelopeFrame frame;
        try
        {
            frame = EnvelopeReader.ReadAnswer(text, MaxDepth);
        }
        catch (CallException e)
        {
            return Turn.End(e.Status, InvalidPayload);
        }

        // A socket of one call may leave its number out.
        if (frame.Id is not (0 or Id))
        {
            return Turn.Nothing;
        }

        return frame.Kind switch
        {
            EnvelopeKind.Headers => new Turn(TurnKind.Head, Metadata: frame.Headers),
            EnvelopeKind.Message when frame.HasData => Turn.Of(new Message(frame.Data, FormatOf(frame))),
            EnvelopeKind.End => Turn.End(StatusOf(frame)),
            _ => Turn.Nothing,
        };
    }

    private PayloadFormat FormatOf(in EnvelopeFrame frame) =>
        frame.Format == PayloadFormat.Json ? PayloadFormat.Json : Plan.HasSchema ? PayloadFormat.Protobuf : PayloadFormat.Binary;

    private CallStatus StatusOf(in EnvelopeFrame frame)
    {
        if (frame.Status.IsEmpty || Dialer.Statuses.Read(frame.Status.Span) is not { } status)
        {
            return Broken("The backend ended the call without a status that can be read.");
        }

        return status.IsOk && frame.Trailers is null ? CallStatus.Ok : new CallStatus(status.Code, status.Message)
        {
            Details = status.Details,
            Trailers = frame.Trailers,
            Origin = StatusOrigin.Backend,
        };
    }

    /// <summary>Base64 takes a third more than the payload's limit, and the envelope a little.</summary>
    private int FrameLimit => (int)Math.Min(int.MaxValue / 2, (Head.MessageSize * 2L) + 64 * 1024);

    private static CallStatus Broken(string text) => new(StatusCode.Internal, text) { HttpStatus = 502, Origin = StatusOrigin.Backend };
}
