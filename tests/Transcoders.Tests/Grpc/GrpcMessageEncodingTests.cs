using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcMessageEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("\0\u001f\u007f", "%00%1F%7F")]
    [InlineData("größe", "gr%C3%B6%C3%9Fe")]
    [InlineData("😀", "%F0%9F%98%80")]
    [InlineData("%41", "%2541")]
    public void RoundTrip(string text, string encoded)
    {
        Assert.Equal(encoded, GrpcMessageEncoding.Encode(text));
        Assert.Equal(text, GrpcMessageEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("%%41", "%A")]
    [InlineData("%4%41", "%4A")]
    [InlineData("a%", "a%")]
    [InlineData("%c3%b6", "ö")]
    public void BadEscape_IsKept(string encoded, string text) => Assert.Equal(text, GrpcMessageEncoding.Decode(encoded));

    [Theory]
    [InlineData("%ff", "\ufffd")]
    [InlineData("a%c3z", "a\ufffdz")]
    [InlineData("%ed%a0%80", "\ufffd\ufffd\ufffd")]
    public void BadUtf8_BecomesTheReplacementCharacter(string encoded, string text) =>
        Assert.Equal(text, GrpcMessageEncoding.Decode(encoded));

    [Fact]
    public void UnencodedText_BesideAnEscape_IsKept()
    {
        Assert.Equal("ö% 😀%", GrpcMessageEncoding.Decode("ö%25 😀%"));
    }

    [Fact]
    public void LoneSurrogates_BecomeTheReplacementCharacter()
    {
        Assert.Equal("a%EF%BF%BDb", GrpcMessageEncoding.Encode("a\ud800b"));
        Assert.Equal("%EF%BF%BD", GrpcMessageEncoding.Encode("\udc00"));
        Assert.Equal("\ufffd%", GrpcMessageEncoding.Decode("\ud800%"));
    }

    [Fact]
    public void Encoded_IsAlwaysPrintableAscii()
    {
        var random = new Random(3);
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Create(random.Next(20), random, static (span, r) =>
            {
                foreach (ref var c in span)
                {
                    c = (char)r.Next(r.Next(2) == 0 ? 0x80 : 0x10000);
                }
            });

            var encoded = GrpcMessageEncoding.Encode(text);

            Assert.Equal(-1, encoded.AsSpan().IndexOfAnyExceptInRange(' ', '~'));
            Assert.Equal(string.Concat(text.EnumerateRunes().Select(r => r.ToString())), GrpcMessageEncoding.Decode(encoded));
        }
    }
}
