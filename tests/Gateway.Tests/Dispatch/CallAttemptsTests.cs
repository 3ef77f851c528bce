using Gateway.Configuration;
using Gateway.Dispatch;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;

namespace Gateway.Tests.Dispatch;

public sealed class CallAttemptsTests
{
    private static readonly CallStatus Unsent = new(StatusCode.Unavailable, "") { Origin = StatusOrigin.Transport, IsUnsent = true };
    private static readonly CallStatus Lost = new(StatusCode.Internal, "") { Origin = StatusOrigin.Transport };
    private static readonly CallStatus Busy = new(StatusCode.Unavailable, "") { Origin = StatusOrigin.Backend };

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(false, false, false, true)]
    [InlineData(false, false, true, true)]
    [InlineData(true, true, true, true)]
    public void Unsent_MayBeTriedWhateverItDoes(bool idempotent, bool repeatable, bool streams, bool expected) =>
        Assert.Equal(expected, Begin(new Request { IsIdempotent = idempotent }).MayRetry(Unsent, repeatable, streams));

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(true, true, true, false)]
    public void Sent_OnlyWhereTwiceDoesNoHarm(bool idempotent, bool repeatable, bool streams, bool expected)
    {
        Assert.Equal(expected, Begin(new Request { IsIdempotent = idempotent }).MayRetry(Busy, repeatable, streams));
        Assert.Equal(expected, Begin(new Request { IsIdempotent = idempotent }).MayRetry(Lost, repeatable, streams));
    }

    [Fact]
    public void ProtocolThatRepeatsNothing_TriesOnlyWhatNobodySaw()
    {
        Assert.True(Begin(new Request { IsIdempotent = true }, isRepeatable: false).MayRetry(Unsent, true, false));
        Assert.False(Begin(new Request { IsIdempotent = true }, isRepeatable: false).MayRetry(Busy, true, false));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, StatusOrigin.Gateway)]
    [InlineData(StatusCode.Unavailable, StatusOrigin.Client)]
    [InlineData(StatusCode.DeadlineExceeded, StatusOrigin.Gateway)]
    [InlineData(StatusCode.Internal, StatusOrigin.Backend)]
    [InlineData(StatusCode.Ok, StatusOrigin.Backend)]
    public void WhatAnotherAttemptCannotMend_IsTold(StatusCode code, StatusOrigin origin) =>
        Assert.False(Begin(new Request { IsIdempotent = true }).MayRetry(new CallStatus(code, "") { Origin = origin }, true, false));

    [Fact]
    public void RequestThatIsOver_OrCannotBeReadAgain_IsNotTried()
    {
        Assert.False(Begin(new Request { IsIdempotent = true, IsOver = true }).MayRetry(Unsent, true, false));
        Assert.False(Begin(new Request { IsIdempotent = true, IsReadable = false }).MayRetry(Unsent, true, false));
    }

    [Fact]
    public void AnswerThatHasBegun_IsNotTaken_Back()
    {
        var attempts = Begin(new Request());

        attempts.MarkBegun();

        Assert.False(attempts.MayRetry(Unsent, true, false));
    }

    [Fact]
    public void AttemptsAreLimited_AndWaitsDoubleUpToTheirBound()
    {
        var attempts = Begin(new Request(), new RetrySettings { Attempts = 5, Backoff = TimeSpan.FromSeconds(1), MaxBackoff = TimeSpan.FromSeconds(3), Jitter = false });
        var waits = new List<TimeSpan>();
        while (attempts.MayRetry(Unsent, true, false))
        {
            attempts.Hold(Unsent, "r");
            waits.Add(attempts.Settle().Delay);
            attempts.Begin(CancellationToken.None);
        }

        Assert.Equal([1, 2, 3, 3], waits.Select(static wait => wait.TotalSeconds));
        Assert.Equal(5, attempts.Number);
    }

    [Fact]
    public void Jitter_IsBetweenHalfAndTheWhole()
    {
        for (var i = 0; i < 100; i++)
        {
            var attempts = Begin(new Request(), new RetrySettings { Backoff = TimeSpan.FromSeconds(1) });
            Assert.True(attempts.MayRetry(Unsent, true, false));
            Assert.InRange(attempts.Settle().Delay.TotalSeconds, 0.5, 1);
        }
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(2001, false)]
    [InlineData(2000, true)]
    [InlineData(0, true)]
    public void Pushback_GoesBeforeTheBackoff(int milliseconds, bool expected)
    {
        var attempts = Begin(new Request());
        var status = new CallStatus(StatusCode.Unavailable, "") { Origin = StatusOrigin.Backend, RetryAfter = TimeSpan.FromMilliseconds(milliseconds) };

        Assert.Equal(expected, attempts.MayRetry(status, true, false));
        Assert.Equal(expected ? milliseconds : 0, attempts.Settle().Delay.TotalMilliseconds);
    }

    [Fact]
    public void Deadline_IsTheFirstOne_AndMustLeaveTimeForTheWait()
    {
        var attempts = Begin(new Request(), new RetrySettings { Backoff = TimeSpan.FromSeconds(1), Jitter = false });
        var first = Deadline.After(TimeSpan.FromSeconds(10), _clock);
        Assert.Equal(first, attempts.Keep(first));
        Assert.Equal(first, attempts.Keep(Deadline.None));
        Assert.True(attempts.MayRetry(Unsent, true, false));

        _clock.Advance(TimeSpan.FromSeconds(9));

        Assert.False(attempts.MayRetry(Unsent, true, false));
    }

    [Fact]
    public void OnlyTheServerAndTheWayToIt_SpeakAgainstTheCluster()
    {
        Assert.True(Outcome(Busy).IsFailure);
        Assert.True(Outcome(Lost).IsFailure);
        Assert.False(Outcome(new CallStatus(StatusCode.Unavailable, "") { Origin = StatusOrigin.Gateway }).IsFailure);
        Assert.False(Outcome(new CallStatus(StatusCode.InvalidArgument, "") { Origin = StatusOrigin.Backend }).IsFailure);
        Assert.False(Outcome(CallStatus.Ok).IsFailure);
        Assert.False(Outcome(null).IsFailure);
    }

    private AttemptResult Outcome(CallStatus? status)
    {
        var attempts = Begin(new Request());
        if (status is not null)
        {
            attempts.Observe(status);
        }

        return attempts.Settle();
    }

    private CallAttempts Begin(Request request, RetrySettings? retry = null, bool isRepeatable = true)
    {
        var settings = new ResilienceSettings { Retry = retry ?? new RetrySettings(), CircuitBreaker = new CircuitSettings() };
        var attempts = new CallAttempts(new ClusterResilience("c", settings, isRepeatable, _clock, NullLogger.Instance), request);
        attempts.Begin(CancellationToken.None);
        return attempts;
    }

    private sealed class Request : IRepeatableRequest
    {
        public bool IsIdempotent { get; init; }

        public bool IsOver { get; init; }

        public bool IsReadable { get; init; } = true;

        public bool CanBeReadAgain(bool isSent) => IsReadable;

        public ValueTask<AttemptResult> AttemptAsync(CancellationToken tooSlow) => throw new NotSupportedException();
    }
}
