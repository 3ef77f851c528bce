using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Remaining_RunsDownToZero_AndNoFurther()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(10), _clock);
        Assert.Equal(TimeSpan.FromSeconds(10), deadline.Remaining(_clock));

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), deadline.Remaining(_clock));

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, deadline.Remaining(_clock));
    }

    [Fact]
    public void NoDeadline_NeverPasses()
    {
        Assert.False(Deadline.None.IsSet);
        Assert.Equal(Timeout.InfiniteTimeSpan, Deadline.None.Remaining(_clock));
        Assert.False(Deadline.After(Timeout.InfiniteTimeSpan, _clock).IsSet);
        Assert.False(Deadline.After(TimeSpan.MaxValue, _clock).IsSet);
        Assert.Equal(Deadline.None, Deadline.After(TimeSpan.FromDays(3651), _clock));
    }

    [Fact]
    public void NegativeTimeout_HasPassed()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(-5), _clock);

        Assert.True(deadline.IsSet);
        Assert.Equal(TimeSpan.Zero, deadline.Remaining(_clock));
    }

    [Fact]
    public void Earlier_TakesTheSooner_AndAnyOverNone()
    {
        var soon = Deadline.After(TimeSpan.FromSeconds(1), _clock);
        var late = Deadline.After(TimeSpan.FromSeconds(2), _clock);

        Assert.Equal(soon, Deadline.Earlier(soon, late));
        Assert.Equal(soon, Deadline.Earlier(late, soon));
        Assert.Equal(late, Deadline.Earlier(late, Deadline.None));
        Assert.Equal(late, Deadline.Earlier(Deadline.None, late));
        Assert.Equal(Deadline.None, Deadline.Earlier(Deadline.None, Deadline.None));
    }

    [Fact]
    public void Equality()
    {
        var one = Deadline.After(TimeSpan.FromSeconds(1), _clock);
        var same = Deadline.After(TimeSpan.FromSeconds(1), _clock);

        Assert.True(one == same);
        Assert.True(one.Equals((object)same));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one != Deadline.None);
        Assert.False(one.Equals(null));
    }
}
