namespace Transcoders.Calls;

/// <summary>Our half towards the client: what it asks is read here, what it is answered is written here.</summary>
/// <remarks>
/// The read side (<see cref="ReadAsync"/>) may run beside the write side; neither may run beside itself.
/// The relay calls <see cref="CompleteAsync"/> exactly once, last, also after a failure, unless <see cref="TryAbandonAsync"/> has taken its place.
/// </remarks>
public abstract class ServerCall
{
    public abstract CallHead Head { get; }

    /// <summary>The format the client wants its next answer in. It may change with what the client sends (a WebSocket that turns to binary).</summary>
    public abstract PayloadFormat Accepts { get; }

    /// <summary>The format an answer that comes in <paramref name="offered"/> should have: <see cref="Accepts"/>, unless this edge can carry it as it is.</summary>
    public virtual PayloadFormat AcceptsFor(PayloadFormat offered) => Accepts;

    /// <summary>Fires when the client has gone: the call is then CANCELLED and nothing more is written.</summary>
    public abstract CancellationToken Aborted { get; }

    /// <summary>The client's next message, on loan until the next read; null when it has half-closed.</summary>
    /// <exception cref="CallException">The client sent what cannot be a message of this call.</exception>
    public abstract ValueTask<Message?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Opens the answer. Called at most once, before the first message; an edge may hold it back until there is something to send.</summary>
    public abstract ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken);

    /// <summary>Adds a message to the answer. It copies what it needs; it may keep bytes back until <see cref="FlushAsync"/>, within a bound.</summary>
    public abstract ValueTask WriteAsync(Message message, CancellationToken cancellationToken);

    /// <summary>Sends what was kept back. The relay calls it before it waits for the backend.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets go of the call without an answer, so that its request can be read again from the start by another attempt.
    /// False when something of an answer has been given: <see cref="CompleteAsync"/> is then still due. By default always.
    /// </summary>
    public virtual ValueTask<bool> TryAbandonAsync() => new(false);

    /// <summary>
    /// Ends the call. A failure after the answer began must be visible to the client in whatever way its protocol has;
    /// a clean end always means success.
    /// </summary>
    public abstract ValueTask CompleteAsync(CallStatus status);
}
