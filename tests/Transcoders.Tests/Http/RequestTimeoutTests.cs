using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class RequestTimeoutTests
{
    [Theory]
    [InlineData("1.5", 1500)]
    [InlineData("0", 0)]
    [InlineData("0.001", 1)]
    [InlineData("30", 30_000)]
    [InlineData(".5", 500)]
    public void Seconds_AreRead(string text, int milliseconds)
    {
        Assert.True(RequestTimeout.TryParseSeconds(text, out var timeout));
        Assert.Equal(milliseconds, timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1s")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("-NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("∞")]
    [InlineData("-∞")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void WhatIsNoNumberOfSeconds_IsRefused(string text)
    {
        Assert.False(RequestTimeout.TryParseSeconds(text, out var timeout));
        Assert.Equal(default, timeout);
    }
}
