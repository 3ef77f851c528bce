using Gateway.Sessions;
using Transcoders.Calls;

namespace Gateway.Edges.Sse;

/// <summary>A call whose events go into a stream that is held for its client: it outlives the connection that asked for it, and knows nothing of it.</summary>
internal sealed class SseHeldCall : ServerCall
{
    private readonly ReplayStream _stream;
    private readonly SseEventWriter _events;
    private readonly SseRequestMessages _messages;
    private readonly PayloadBuffer _rendered;

    /// <param name="head">The call's head.</param>
    /// <param name="accepts">JSON with a schema, else text.</param>
    /// <param name="stream">Takes the events; its client's patience is the call's.</param>
    /// <param name="events">Lays them out.</param>
    /// <param name="messages">The request, read; disposed here.</param>
    /// <param name="limits">The call's bounds.</param>
    public SseHeldCall(CallHead head, PayloadFormat accepts, ReplayStream stream, SseEventWriter events, SseRequestMessages messages, CallLimits limits)
    {
        Head = head;
        Accepts = accepts;
        _stream = stream;
        _events = events;
        _messages = messages;

        // Line ends in data, at worst each byte one, become lines of their own.
        _rendered = new PayloadBuffer((int)Math.Min(((long)limits.MessageSize * 8) + (64 * 1024), Array.MaxLength));
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts { get; }

    public override CancellationToken Aborted => _stream.Expired;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => _messages.ReadAsync(cancellationToken);

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        _stream.Open(head);
        return default;
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _rendered.Clear();
        _events.WriteMessage(_rendered, message);
        return _stream.AppendAsync(_rendered.WrittenMemory, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask CompleteAsync(CallStatus status)
    {
        _messages.Dispose();
        _rendered.Clear();
        _events.WriteEnd(_rendered, status);
        _stream.Complete(status, _rendered.WrittenSpan);
        _rendered.Dispose();
        return default;
    }
}
