using System.Text;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class JsonMemberTests
{
    [Theory]
    [InlineData("""{"type":"tick"}""", "type", "tick")]
    [InlineData("""{"a":{"type":"x"},"type":"t\u0069ck"}""", "type", "tick")]
    [InlineData("""{"a":[{"b":1}],"data":{"kind":12.50}}""", "data.kind", "12.50")]
    [InlineData("""{"ok":true}""", "ok", "true")]
    [InlineData("""{"ok":null}""", "ok", null)]
    [InlineData("""{"type":{"x":1}}""", "type", null)]
    [InlineData("""{"type":"tick"}""", "type.deeper", null)]
    [InlineData("""[{"type":"tick"}]""", "type", null)]
    [InlineData("""{"type":"\ud800"}""", "type", null)]
    [InlineData("""{"typ""", "type", null)]
    [InlineData("plain", "type", null)]
    [InlineData("", "type", null)]
    public void Member_IsFound_OrThereIsNone(string json, string path, string? expected) =>
        Assert.Equal(expected, JsonMember.Find(Encoding.UTF8.GetBytes(json), path));
}
