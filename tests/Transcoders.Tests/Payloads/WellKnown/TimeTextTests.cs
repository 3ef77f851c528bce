using System.Text;
using Transcoders.Payloads.WellKnown;

namespace Transcoders.Tests.Payloads.WellKnown;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z", -62135596800, 0, "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.999999999Z", 253402300799, 999999999, "9999-12-31T23:59:59.999999999Z")]
    [InlineData("2024-02-29T12:00:00.5+01:30", 1709202600, 500000000, "2024-02-29T10:30:00.500Z")]
    [InlineData("2024-02-29T12:00:00.123456-08:00", 1709236800, 123456000, "2024-02-29T20:00:00.123456Z")]
    [InlineData("1969-12-31T23:59:59.9Z", -1, 900000000, "1969-12-31T23:59:59.900Z")]
    [InlineData("0001-01-01T00:00:00-00:00", -62135596800, 0, "0001-01-01T00:00:00Z")]
    public void Timestamp_IsReadAndWritten(string text, long seconds, int nanos, string printed)
    {
        Assert.True(TimestampText.TryParse(Encoding.UTF8.GetBytes(text), out var s, out var n));
        Assert.Equal((seconds, nanos), (s, n));
        var target = new byte[TimestampText.MaxLength];
        Assert.True(TimestampText.TryFormat(s, n, target, out var written));
        Assert.Equal(printed, Encoding.UTF8.GetString(target, 0, written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024-02-29")]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("2024-13-01T00:00:00Z")]
    [InlineData("2024-00-01T00:00:00Z")]
    [InlineData("2024-01-32T00:00:00Z")]
    [InlineData("2024-01-01T24:00:00Z")]
    [InlineData("2024-01-01T00:60:00Z")]
    [InlineData("2024-01-01T00:00:60Z")]
    [InlineData("2024-01-01t00:00:00Z")]
    [InlineData("2024-01-01T00:00:00z")]
    [InlineData("2024-01-01 00:00:00Z")]
    [InlineData("2024-01-01T00:00:00")]
    [InlineData("2024-01-01T00:00:00.Z")]
    [InlineData("2024-01-01T00:00:00.1234567891Z")]
    [InlineData("2024-01-01T00:00:00+0100")]
    [InlineData("2024-01-01T00:00:00+24:00")]
    [InlineData("2024-01-01T00:00:00+1:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("10000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("+024-01-01T00:00:00Z")]
    public void Timestamp_OutsideTheFormatOrTheRange_IsRefused(string text)
    {
        Assert.False(TimestampText.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));
    }

    [Theory]
    [InlineData(-62135596801, 0)]
    [InlineData(253402300800, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1000000000)]
    public void Timestamp_OutOfRange_IsNotWritten(long seconds, int nanos)
    {
        Assert.False(TimestampText.TryFormat(seconds, nanos, new byte[TimestampText.MaxLength], out _));
    }

    [Fact]
    public void Timestamp_OfEveryDay_ComesBack()
    {
        var target = new byte[TimestampText.MaxLength];
        for (var seconds = TimestampText.MinSeconds; seconds <= TimestampText.MaxSeconds; seconds += 86_400L * 31 + 4567)
        {
            Assert.True(TimestampText.TryFormat(seconds, 0, target, out var written));
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetString(target, 0, written));
            Assert.True(TimestampText.TryParse(target.AsSpan(0, written), out var back, out _));
            Assert.Equal(seconds, back);
        }
    }

    [Theory]
    [InlineData("0s", 0, 0, "0s")]
    [InlineData("-0.5s", 0, -500000000, "-0.500s")]
    [InlineData("1.000340012s", 1, 340012, "1.000340012s")]
    [InlineData("315576000000s", 315576000000, 0, "315576000000s")]
    [InlineData("-315576000000s", -315576000000, 0, "-315576000000s")]
    [InlineData("315576000000.999999999s", 315576000000, 999999999, "315576000000.999999999s")]
    [InlineData("-315576000000.999999999s", -315576000000, -999999999, "-315576000000.999999999s")]
    [InlineData("007.10s", 7, 100000000, "7.100s")]
    public void Duration_IsReadAndWritten(string text, long seconds, int nanos, string printed)
    {
        Assert.True(DurationText.TryParse(Encoding.UTF8.GetBytes(text), out var s, out var n));
        Assert.Equal((seconds, nanos), (s, n));
        var target = new byte[DurationText.MaxLength];
        Assert.True(DurationText.TryFormat(s, n, target, out var written));
        Assert.Equal(printed, Encoding.UTF8.GetString(target, 0, written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1")]
    [InlineData("-s")]
    [InlineData(".5s")]
    [InlineData("1.s")]
    [InlineData("1.0000000001s")]
    [InlineData("+1s")]
    [InlineData("1 s")]
    [InlineData("1e3s")]
    [InlineData("--1s")]
    [InlineData("315576000001s")]
    [InlineData("9999999999999999999s")]
    public void Duration_OutsideTheFormatOrTheRange_IsRefused(string text)
    {
        Assert.False(DurationText.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));
    }

    [Theory]
    [InlineData(1, -1)]
    [InlineData(-1, 1)]
    [InlineData(0, 1000000000)]
    [InlineData(315576000001, 0)]
    public void Duration_OfTwoSignsOrOutOfRange_IsNotWritten(long seconds, int nanos)
    {
        Assert.False(DurationText.TryFormat(seconds, nanos, new byte[DurationText.MaxLength], out _));
    }
}
