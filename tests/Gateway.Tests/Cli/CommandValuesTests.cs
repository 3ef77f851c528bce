using Gateway.Cli;

namespace Gateway.Tests.Cli;

public sealed class CommandValuesTests
{
    [Theory]
    [InlineData("5s", 5)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5s", 1.5)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("00:00:05", 5)]
    public void Duration_AsPeopleWriteIt(string text, double seconds)
    {
        Assert.True(CommandValues.TryDuration(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData("1e9s")]
    [InlineData("99999999999h")]
    [InlineData("-00:00:05")]
    [InlineData("five s")]
    public void Duration_ThatIsNone_IsRefused(string text) => Assert.False(CommandValues.TryDuration(text, out _));

    [Theory]
    [InlineData("a: b", "a", "b")]
    [InlineData("X-Long:  two words ", "X-Long", "two words")]
    [InlineData("empty:", "empty", "")]
    [InlineData("url: http://x:1/", "url", "http://x:1/")]
    public void Header_AsCurlTakesIt(string text, string name, string value)
    {
        Assert.True(CommandValues.TryHeader(text, out var header));
        Assert.Equal(new(name, value), header);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData(": value")]
    [InlineData("na me: value")]
    [InlineData("name: va\nlue")]
    [InlineData("name: ä")]
    public void Header_ThatIsNone_IsRefused(string text) => Assert.False(CommandValues.TryHeader(text, out _));
}
