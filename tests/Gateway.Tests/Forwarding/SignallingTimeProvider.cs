using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Forwarding;

/// <summary>Time that stands still until the test moves it, and tells when somebody starts to wait.</summary>
internal sealed class SignallingTimeProvider : FakeTimeProvider
{
    private readonly SemaphoreSlim _timers = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Release();
        return timer;
    }

    /// <summary>Returns when the next timer exists.</summary>
    public Task TimerCreated() => _timers.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30));
}
