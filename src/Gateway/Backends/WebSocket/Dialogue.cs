using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>What the messages of one open socket mean for its call. One writer and one reader at a time, side by side.</summary>
internal abstract class Dialogue(WebSocketDialer dialer, UpstreamSocket socket)
{
    protected static readonly CallStatus BrokenRules = new(StatusCode.Internal, "The backend broke the WebSocket protocol.") { HttpStatus = 502, Origin = StatusOrigin.Backend };

    public UpstreamSocket Socket => socket;

    /// <summary>True when the head of the answer is the first thing the server says; else the handshake is all there is of it.</summary>
    public virtual bool SaysHead => false;

    protected WebSocketDialer Dialer => dialer;

    protected WebSocketPlan Plan => dialer.Plan;

    protected CallHead Head => dialer.Head;

    /// <summary>Sends what comes before the client's messages.</summary>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    public abstract ValueTask WriteAsync(Message message, CancellationToken cancellationToken);

    /// <summary>Tells the server, in whatever way it understands, that no message follows.</summary>
    public abstract ValueTask HalfCloseAsync(CancellationToken cancellationToken);

    /// <summary>What something received means.</summary>
    public abstract ValueTask<Turn> TakeAsync(SocketMessage received, CancellationToken cancellationToken);

    /// <summary>A last text before we close; null for none.</summary>
    /// <param name="isCancelled">The call ends before its answer has.</param>
    public abstract ReadOnlyMemory<byte>? Farewell(bool isCancelled);

    protected CallStatus TooLarge() => new(StatusCode.ResourceExhausted, $"The backend sent a message larger than the limit of {Head.MessageSize} bytes.")
    {
        HttpStatus = 502,
        Origin = StatusOrigin.Backend,
    };

    /// <summary>The status of a close, by the cluster's own table first.</summary>
    protected CallStatus StatusOf(in SocketMessage closed, CloseContext context)
    {
        var status = CloseCodeMapping.ToStatus(closed.CloseCode, closed.Reason, context);
        if (Plan.CloseCodes.TryGetValue(closed.CloseCode, out var code))
        {
            return code == StatusCode.Ok ? CallStatus.Ok : new CallStatus(code, status.IsOk ? closed.Reason : status.Message) { Origin = StatusOrigin.Backend };
        }

        return closed.CloseCode == CloseCodeMapping.NoCloseFrame
            ? new CallStatus(status.Code, status.Message) { HttpStatus = 502, Origin = StatusOrigin.Transport }
            : status;
    }
}

/// <summary>What something received means for the call.</summary>
/// <param name="Kind">Which of the others are set.</param>
/// <param name="Message">A message for the client.</param>
/// <param name="Status">How the call ended; with <see cref="TurnKind.MaybeError"/> how it will have ended if the server now closes.</param>
/// <param name="Metadata">The answer's head.</param>
/// <param name="CloseCode">What our close frame should say of it.</param>
internal readonly record struct Turn(TurnKind Kind, Message Message = default, CallStatus? Status = null, CallMetadata? Metadata = null, int CloseCode = CloseCodeMapping.Normal)
{
    public static Turn Nothing => default;

    public static Turn Of(Message message) => new(TurnKind.Message, message);

    public static Turn End(CallStatus status, int closeCode = CloseCodeMapping.Normal) => new(TurnKind.End, default, status, null, closeCode);
}

internal enum TurnKind : byte
{
    Nothing,
    Head,
    Message,

    /// <summary>A message that is the status, if the server closes with a failure now.</summary>
    MaybeError,
    End,
}
