using System.Text;
using Transcoders.Payloads.WellKnown;

namespace Transcoders.Tests.Payloads.WellKnown;

public sealed class Base64TextTests
{
    [Fact]
    public void EveryLength_InBothAlphabets_PaddedAndNot()
    {
        var random = new Random(5);
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var padded = Convert.ToBase64String(bytes);
            foreach (var text in new[] { padded, padded.TrimEnd('='), padded.Replace('+', '-').Replace('/', '_'), padded.Replace('+', '-').Replace('/', '_').TrimEnd('=') })
            {
                var target = new byte[Base64Text.MaxDecodedLength(text.Length)];
                Assert.True(Base64Text.TryDecode(Encoding.UTF8.GetBytes(text), target, out var written), text);
                Assert.Equal(bytes, target[..written]);
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AA=")]
    [InlineData("AAA==")]
    [InlineData("A===")]
    [InlineData("====")]
    [InlineData("=")]
    [InlineData("AA==AAAA")]
    [InlineData("AA A")]
    [InlineData("AAAA\n")]
    [InlineData("AAAA AAAA-_AA   ")]
    [InlineData("A A A A -_-_")]
    [InlineData("AA%3D")]
    [InlineData("AAé=")]
    public void Otherwise_Refused(string text)
    {
        Assert.False(Base64Text.TryDecode(Encoding.UTF8.GetBytes(text), new byte[Base64Text.MaxDecodedLength(text.Length * 2)], out _));
    }
}
