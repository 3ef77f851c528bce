namespace Transcoders.Calls;

/// <summary>
/// One call's end seen from the gateway: the token that stops its pumps, and the one reason they were stopped for.
/// The first of client gone, deadline passed and <see cref="End"/> wins.
/// </summary>
public sealed class CallLifetime : IDisposable
{
    private static readonly CallStatus ClientGone =
        new(StatusCode.Cancelled, "The client has gone.") { Origin = StatusOrigin.Client };

    private static readonly CallStatus DeadlinePassed = new(StatusCode.DeadlineExceeded, "Deadline exceeded.");

    /// <summary>What a timer can wait for, some 49 days. A call with more time has no timer; its backend still hears of the deadline.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _aborted;
    private CallStatus? _reason;

    /// <param name="aborted">Fires when the client has gone.</param>
    /// <param name="deadline">When the call must have ended.</param>
    /// <param name="clock">The deadline's clock.</param>
    public CallLifetime(CancellationToken aborted, Deadline deadline, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var left = deadline.Remaining(clock);
        _source = deadline.IsSet && left <= LongestTimer ? new CancellationTokenSource(left, clock) : new CancellationTokenSource();
        _aborted = aborted.UnsafeRegister(static state => ((CallLifetime)state!).End(ClientGone), this);
    }

    /// <summary>Fires when the call is over for whatever reason.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why the token fired: nobody else having said, the deadline.</summary>
    public CallStatus Reason => Volatile.Read(ref _reason) ?? DeadlinePassed;

    /// <summary>Ends the call with a reason, unless it has one. After <see cref="Dispose"/> it does nothing.</summary>
    public void End(CallStatus reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (_source.IsCancellationRequested || Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended by itself in the meantime: nothing is left to stop.
        }
    }

    /// <summary>Waits for a client-gone callback that is under way, so that nothing touches the call afterwards.</summary>
    public void Dispose()
    {
        _aborted.Dispose();
        _source.Dispose();
    }
}
