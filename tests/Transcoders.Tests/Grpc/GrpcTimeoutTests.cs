using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", TimeSpan.TicksPerHour)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3S", 3 * TimeSpan.TicksPerSecond)]
    [InlineData("1500m", 1500 * TimeSpan.TicksPerMillisecond)]
    [InlineData("7u", 7 * TimeSpan.TicksPerMicrosecond)]
    [InlineData("100n", 1)]
    [InlineData("1n", 1)]
    [InlineData("101n", 2)]
    [InlineData("0n", 0)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", TimeSpan.TicksPerSecond)]
    [InlineData("99999999n", 1_000_000)]
    [InlineData("99999999S", 99_999_999 * TimeSpan.TicksPerSecond)]
    [InlineData("99999999M", 99_999_999 * TimeSpan.TicksPerMinute)]
    [InlineData("99999999H", 99_999_999 * TimeSpan.TicksPerHour)]
    public void EveryUnit_IsRead(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("100000000S")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1S ")]
    [InlineData("1.5S")]
    [InlineData("1e3S")]
    [InlineData("0x1S")]
    [InlineData("٣S")]
    [InlineData("1ms")]
    public void WhatTheGrammarDoesNotAllow_IsRefused(string text)
    {
        Assert.False(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(default, timeout);
    }

    [Fact]
    public void Format_IsAFineUnitOfEightDigits()
    {
        Assert.Equal("1500000u", GrpcTimeout.Format(TimeSpan.FromSeconds(1.5)));
        Assert.Equal("1n", GrpcTimeout.Format(TimeSpan.Zero));
        Assert.Equal("1n", GrpcTimeout.Format(TimeSpan.FromSeconds(-1)));
        Assert.Equal("1u", GrpcTimeout.Format(TimeSpan.FromTicks(1)));
        Assert.Equal("3600000m", GrpcTimeout.Format(TimeSpan.FromHours(1)));
        Assert.Equal("172800S", GrpcTimeout.Format(TimeSpan.FromDays(2)));
        Assert.Equal("2102400M", GrpcTimeout.Format(TimeSpan.FromDays(365 * 4)));
    }

    [Fact]
    public void Format_NeverShortens()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var timeout = TimeSpan.FromTicks(random.NextInt64(1L << random.Next(1, 62)) + 1);

            var text = GrpcTimeout.Format(timeout);

            Assert.True(GrpcTimeout.TryParse(text, out var read), text);
            Assert.True(read >= timeout || text == "99999999H", $"{timeout} became {text}");
        }
    }

    [Theory]
    [InlineData(99_999_999 * TimeSpan.TicksPerMicrosecond)]
    [InlineData(99_999_999 * TimeSpan.TicksPerMillisecond)]
    [InlineData(99_999_999 * TimeSpan.TicksPerSecond)]
    [InlineData(99_999_999 * TimeSpan.TicksPerMinute)]
    [InlineData(99_999_999 * TimeSpan.TicksPerHour)]
    public void Format_AroundTheEndOfAUnit(long ticks)
    {
        for (var offset = -1; offset <= 1; offset++)
        {
            var text = GrpcTimeout.Format(TimeSpan.FromTicks(ticks + offset));

            Assert.True(GrpcTimeout.TryParse(text, out var read), text);
            Assert.True(read.Ticks >= ticks + offset || text == "99999999H", text);
        }
    }

    [Fact]
    public void LongestTimeSpan_IsTheLongestTimeout() => Assert.Equal("99999999H", GrpcTimeout.Format(TimeSpan.MaxValue));
}
