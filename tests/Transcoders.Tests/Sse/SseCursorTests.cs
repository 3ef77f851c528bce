using Transcoders.Sse;

namespace Transcoders.Tests.Sse;

public sealed class SseCursorTests
{
    [Theory]
    [InlineData("42", "42")]
    [InlineData("b", "b")]
    [InlineData("1.5", "1.5")]
    [InlineData("2026-01-01T00:00:00Z/7=", "2026-01-01T00:00:00Z/7=")]
    [InlineData("a.end", "~YS5lbmQ")]
    [InlineData("~x", "~fng")]
    [InlineData("", "~")]
    [InlineData("two words", "~dHdvIHdvcmRz")]
    [InlineData("ä", "~w6Q")]
    [InlineData("a\nb", "~YQpi")]
    [InlineData("abcdefgh.7", "~YWJjZGVmZ2guNw")]
    public void Cursor_IsWrittenSoThatItComesBack(string cursor, string id)
    {
        Assert.Equal(id, SseCursor.Encode(cursor));
        Assert.False(SseCursor.IsFinished(id));
        Assert.False(SseCursor.TryParse(id, out _, out _));
        Assert.True(SseCursor.TryDecode(id, out var back));
        Assert.Equal(cursor, back);
    }

    [Theory]
    [InlineData("abcdefgh.1", "abcdefgh", 1)]
    [InlineData("abcdefghijklmnopqrstuvwxyz.123456789012345678", "abcdefghijklmnopqrstuvwxyz", 123456789012345678)]
    [InlineData("a2345672.0", "a2345672", 0)]
    public void OwnId_IsTakenApart(string id, string key, long sequence)
    {
        Assert.True(SseCursor.TryParse(id, out var parsed, out var number));
        Assert.Equal((key, sequence), (parsed, number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcdefgh")]
    [InlineData("abcdefgh.")]
    [InlineData("abcdefg.1")]
    [InlineData("Abcdefgh.1")]
    [InlineData("abcdefg1.1")]
    [InlineData("abcdefgh.-1")]
    [InlineData("abcdefgh.end")]
    [InlineData("abcdefgh.1234567890123456789")]
    public void AnythingElse_IsNoOwnId(string id) => Assert.False(SseCursor.TryParse(id, out _, out _));

    [Fact]
    public void BrokenEncoding_IsRefused() => Assert.False(SseCursor.TryDecode("~!!", out _));
}
