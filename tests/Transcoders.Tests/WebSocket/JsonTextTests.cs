using System.Text;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData(" [1, \"a\"]\n", true)]
    [InlineData("-1.5e3", true)]
    [InlineData("null", true)]
    [InlineData("", false)]
    [InlineData("prose", false)]
    [InlineData("true story", false)]
    [InlineData("{\"a\":1", false)]
    [InlineData("{} {}", false)]
    [InlineData("[[[[[1]]]]]", false)]
    public void OneWholeValue_IsJson(string text, bool expected) => Assert.Equal(expected, JsonText.IsJson(Encoding.UTF8.GetBytes(text), maxDepth: 4));

    [Fact]
    public void BytesThatAreNoUtf8_AreNoJson() => Assert.False(JsonText.IsJson([(byte)'"', 0xff, (byte)'"'], maxDepth: 4));
}
