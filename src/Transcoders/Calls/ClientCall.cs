namespace Transcoders.Calls;

/// <summary>Our half towards the server. Disposing it before its end cancels the call there.</summary>
/// <remarks>
/// The write side may run beside the read side; neither may run beside itself.
/// A failed write ends only the write side: <see cref="Status"/> tells how the call really ended.
/// </remarks>
public abstract class ClientCall : IAsyncDisposable
{
    /// <summary>The format messages must have when written here; and the one that read messages have unless they say otherwise.</summary>
    public abstract PayloadFormat Format { get; }

    /// <summary>The format a message must have here when it is offered in another: <see cref="Format"/>, unless this backend takes what it is offered.</summary>
    public virtual PayloadFormat FormatFor(PayloadFormat offered) => Format;

    /// <summary>How the call ended; meaningful once <see cref="ReadAsync"/> has returned null.</summary>
    public abstract CallStatus Status { get; }

    /// <summary>Why the call was refused when it was opened, before anything of the client's was needed; null when it was not.</summary>
    public virtual CallStatus? Refusal => null;

    /// <summary>Sends a message, copying what it needs. It may keep bytes back until <see cref="FlushAsync"/>, within a bound.</summary>
    /// <param name="message">The message, in <see cref="Format"/>.</param>
    /// <param name="last">True when nothing follows: <see cref="HalfCloseAsync"/> is then implied and not called.</param>
    /// <param name="cancellationToken">Fires when the call is over.</param>
    /// <exception cref="IOException">The backend no longer takes messages; its status explains why.</exception>
    public abstract ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken);

    /// <summary>Sends what was kept back.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Tells the server that no more messages follow. Called at most once.</summary>
    public abstract ValueTask HalfCloseAsync(CancellationToken cancellationToken);

    /// <summary>How the answer opens. Called once, before the first read.</summary>
    public abstract ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>The next message, on loan until the next read; null when the answer has ended and <see cref="Status"/> is set.</summary>
    public abstract ValueTask<Message?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Ends the call early because everything wanted of it has been read: not a cancellation, where the protocol can say so. Disposed as usual afterwards.</summary>
    public virtual ValueTask FinishAsync() => default;

    public abstract ValueTask DisposeAsync();
}
