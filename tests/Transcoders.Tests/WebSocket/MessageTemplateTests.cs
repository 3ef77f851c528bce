using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class MessageTemplateTests
{
    [Theory]
    [InlineData("""{"op":"subscribe","ch":"{query.ch}"}""", "/t?ch=btc", """{"op":"subscribe","ch":"btc"}""")]
    [InlineData("""{"ch":"{query.ch}"}""", "/t?x=1&ch=a%22%2C%22b%22%3A%22c", """{"ch":"a\",\"b\":\"c"}""")]
    [InlineData("""{"ch":"{query.ch}"}""", "/t?ch=a+b%0a", """{"ch":"a b\n"}""")]
    [InlineData("""{"n":{query.n},"ok":{query.ok}}""", "/t?n=-1.5&ok=true", """{"n":-1.5,"ok":true}""")]
    [InlineData("""["{path}"]""", "/a%20b/c?x=1", """["/a b/c"]""")]
    [InlineData("SUB {query.ch}", "/t?ch=btc", "SUB btc")]
    [InlineData("{path}", "/t?ch=btc", "/t")]
    [InlineData("""{"a":{"query":1},"b":"{other.x}"}""", "/t", """{"a":{"query":1},"b":"{other.x}"}""")]
    [InlineData("""{"k":"{header.x-key}"}""", "/t", """{"k":"v"}""")]
    [InlineData("""{"a":"\"{query.ch}"}""", "/t?ch=%22", """{"a":"\"\""}""")]
    [InlineData("", "/t", "")]
    public void Places_AreFilledIn(string template, string target, string expected) =>
        Assert.Equal(expected, Render(template, target));

    [Theory]
    [InlineData("""{"ch":"{query.ch}"}""", "/t?other=1", "The query parameter 'ch' is missing.")]
    [InlineData("""{"k":"{header.none}"}""", "/t", "The header 'none' is missing.")]
    [InlineData("""{"n":{query.n}}""", "/t?n=1,%22x%22:2", "The query parameter 'n' must be a number, true, false or null.")]
    [InlineData("""{"n":{query.n}}""", "/t?n=%22text%22", "The query parameter 'n' must be a number, true, false or null.")]
    [InlineData("""{"n":{query.n}}""", "/t?n=", "The query parameter 'n' must be a number, true, false or null.")]
    [InlineData("SUB {query.ch}", "/t?ch=a%0d%0aUNSUB", "The query parameter 'ch' must hold no control characters.")]
    public void ValueThatCannotStandThere_IsTheClientsMistake(string template, string target, string message)
    {
        var refusal = Assert.Throws<CallException>(() => Render(template, target)).Status;

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void Headers_AreNamed() =>
        Assert.Equal(["x-a", "x-b"], MessageTemplate.Parse("{header.x-a} {query.q} {header.x-b}").Headers);

    private static string Render(string template, string target)
    {
        var metadata = new CallMetadata();
        metadata.Add("X-Key", "v");
        return Encoding.UTF8.GetString(MessageTemplate.Parse(template).Render(new CallHead { Method = "", Shape = CallShape.Duplex, Target = target, Metadata = metadata }));
    }
}
