using Transcoders.Calls;

namespace Gateway.Dispatch;

/// <summary>The gateway's last minutes: calls in flight may finish for a while, then what is left is ended with a status its client can read.</summary>
public sealed class CallDrain : IDisposable
{
    /// <summary>How long calls may go on after the gateway was told to stop; shorter than the host's own patience, which ends in broken connections.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly CallStatus Stopping = new(StatusCode.Unavailable, "The gateway is stopping.");

    private readonly CancellationTokenSource _expired;
    private readonly TimeProvider _clock;
    private ITimer? _timer;

    public CallDrain(TimeProvider clock)
    {
        _clock = clock;
        _expired = new CancellationTokenSource();
    }

    /// <summary>True once the gateway was told to stop: it is not ready for more.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Starts the clock.</summary>
    public void Begin()
    {
        HasBegun = true;
        _timer = _clock.CreateTimer(static state => ((CallDrain)state!)._expired.Cancel(), this, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends a call when patience is over. Dispose what it returns when the call has ended.</summary>
    public CancellationTokenRegistration Watch(CallLifetime lifetime) =>
        _expired.Token.UnsafeRegister(static state => ((CallLifetime)state!).End(Stopping), lifetime);

    public void Dispose()
    {
        _timer?.Dispose();
        _expired.Dispose();
    }
}
