using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class CallLifetimeTests
{
    private static readonly CallStatus Drained = new(StatusCode.Unavailable, "draining");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Deadline_IsDeadlineExceeded()
    {
        using var lifetime = new CallLifetime(CancellationToken.None, Deadline.After(TimeSpan.FromSeconds(5), _clock), _clock);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(lifetime.Token.IsCancellationRequested);

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(lifetime.Token.IsCancellationRequested);
        Assert.Equal(StatusCode.DeadlineExceeded, lifetime.Reason.Code);
    }

    [Fact]
    public void PassedDeadline_EndsAtOnce()
    {
        using var lifetime = new CallLifetime(CancellationToken.None, Deadline.After(TimeSpan.Zero, _clock), _clock);

        Assert.True(lifetime.Token.IsCancellationRequested);
        Assert.Equal(StatusCode.DeadlineExceeded, lifetime.Reason.Code);
    }

    /// <summary>Timers reach 49 days; `grpc-timeout: 2000H` is 83.</summary>
    [Theory]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(83)]
    [InlineData(3650)]
    public void DeadlineBeyondAnyTimer_IsNoSurprise(int days)
    {
        using var lifetime = new CallLifetime(CancellationToken.None, Deadline.After(TimeSpan.FromDays(days), TimeProvider.System), TimeProvider.System);

        Assert.False(lifetime.Token.IsCancellationRequested);
    }

    [Fact]
    public void ClientGone_IsCancelled()
    {
        using var client = new CancellationTokenSource();
        using var lifetime = new CallLifetime(client.Token, default, _clock);

        client.Cancel();

        Assert.True(lifetime.Token.IsCancellationRequested);
        Assert.Equal(StatusCode.Cancelled, lifetime.Reason.Code);
        Assert.Equal(StatusOrigin.Client, lifetime.Reason.Origin);
    }

    [Fact]
    public void ClientGoneBefore_IsCancelled()
    {
        using var lifetime = new CallLifetime(new CancellationToken(canceled: true), default, _clock);

        Assert.True(lifetime.Token.IsCancellationRequested);
        Assert.Equal(StatusCode.Cancelled, lifetime.Reason.Code);
    }

    [Fact]
    public void FirstReason_Wins()
    {
        using var client = new CancellationTokenSource();
        using var lifetime = new CallLifetime(client.Token, Deadline.After(TimeSpan.FromSeconds(1), _clock), _clock);

        lifetime.End(Drained);
        lifetime.End(new CallStatus(StatusCode.Internal, "later"));
        client.Cancel();
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Same(Drained, lifetime.Reason);
    }

    [Fact]
    public void DeadlineFirst_StaysTheReason()
    {
        using var client = new CancellationTokenSource();
        using var lifetime = new CallLifetime(client.Token, Deadline.After(TimeSpan.FromSeconds(1), _clock), _clock);

        _clock.Advance(TimeSpan.FromSeconds(2));
        client.Cancel();
        lifetime.End(Drained);

        Assert.Equal(StatusCode.DeadlineExceeded, lifetime.Reason.Code);
    }

    [Fact]
    public void AfterDispose_NothingFires()
    {
        using var client = new CancellationTokenSource();
        var lifetime = new CallLifetime(client.Token, Deadline.After(TimeSpan.FromSeconds(1), _clock), _clock);
        var token = lifetime.Token;

        lifetime.Dispose();
        lifetime.Dispose();
        client.Cancel();
        _clock.Advance(TimeSpan.FromSeconds(2));
        lifetime.End(Drained);

        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public void DisposeBesideTheClientLeaving_NeverThrows()
    {
        for (var i = 0; i < 500; i++)
        {
            using var client = new CancellationTokenSource();
            var lifetime = new CallLifetime(client.Token, default, _clock);

            Parallel.Invoke(client.Cancel, lifetime.Dispose, () => lifetime.End(Drained));
        }
    }
}
