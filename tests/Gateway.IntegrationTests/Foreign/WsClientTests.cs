using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>The `ws` package of Node.js as the client, before servers of every protocol.</summary>
[Collection(nameof(ForeignFixture))]
public sealed class WsClientTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    private const string Ws = "npm:ws";
    private const string Grpc = "npm:@grpc/grpc-js";

    [NeedsFact(Ws, Grpc)]
    public async Task Grpc_AnswersTextWithTextAndBinaryWithBinary()
    {
        await using var client = (await Fixture.ConnectAsync("/v1/behaviours:chat", """{"deflate":true}""")).Client;
        await client.SayAsync("""{"text":"{\"text\":\"one\"}"}""");
        Assert.Equal("""{"text":"one"}""", (await client.ReadAsync()).GetProperty("text").GetString());

        await client.SayAsync("""{"fragments":["{\"te","xt\":\"in pi","eces\"}"]}""");
        Assert.Equal("""{"text":"in pieces"}""", (await client.ReadAsync()).GetProperty("text").GetString());

        // library.v1.ChatMessage { text: "hi" }: from here on answers are binary too.
        await client.SayAsync($$"""{"binary":"{{Convert.ToBase64String([0x12, 2, (byte)'h', (byte)'i'])}}"}""");
        Assert.Equal([0x12, 2, (byte)'h', (byte)'i'], (await client.ReadAsync()).GetProperty("binary").GetBytesFromBase64());

        await client.SayAsync("""{"ping":"are you there"}""");
        Assert.Equal("""{"pong":"are you there"}""", await client.ReadLineAsync());

        // The half-close is an empty text.
        await client.SayAsync("""{"text":""}""");
        Assert.Equal("""{"close":1000,"reason":""}""", await client.ReadLineAsync());
    }

    [NeedsTheory(Ws, Grpc)]
    [InlineData("/library.v1.Behaviours/Fail", "{}", 5, "4404 NOT_FOUND: gone")]
    [InlineData("/library.v1.Behaviours/Echo", "{ no json", 3, "4400 INVALID_ARGUMENT: ")]
    public async Task Failure_IsAMessageAndACloseCode(string path, string message, int code, string close)
    {
        await using var client = (await Fixture.ConnectAsync(path)).Client;
        await client.SayAsync($$"""{"text":"{{message}}"}""");
        Assert.StartsWith($"{{\"error\":{{\"code\":{code},", (await client.ReadAsync()).GetProperty("text").GetString(), StringComparison.Ordinal);
        var closed = await client.ReadAsync();
        Assert.StartsWith(close, $"{closed.GetProperty("close").GetInt32()} {closed.GetProperty("reason").GetString()}", StringComparison.Ordinal);
    }

    [NeedsFact(Ws, Grpc)]
    public async Task Envelope_CarriesCallsAndAToken()
    {
        var (client, open) = await Fixture.ConnectAsync("/v1/behaviours:echo", """{"protocols":["gateway.v1.json","Bearer","sesame"]}""");
        await using var _ = client;
        Assert.Equal("gateway.v1.json", open.GetProperty("protocol").GetString());
        await client.SayAsync("""{"text":"{\"t\":\"start\",\"id\":1,\"data\":{\"text\":\"x\"},\"last\":true}"}""");
        Assert.Contains("grpc-js", await FrameAsync(client, "headers"), StringComparison.Ordinal);
        Assert.Contains("""{"key":"authorization","value":"Bearer sesame"}""", await FrameAsync(client, "msg"), StringComparison.Ordinal);
        var end = await FrameAsync(client, "end");
        Assert.Contains("\"code\":0", end, StringComparison.Ordinal);
        Assert.Contains("at the end", end, StringComparison.Ordinal);
        Assert.Equal(1000, (await client.ReadAsync()).GetProperty("close").GetInt32());
    }

    [NeedsTheory(Ws, "python3", "jq")]
    [InlineData("jq", """{\"n\":1}""", """{"n":2}""")]
    [InlineData("sed", "so it goes", "> so it goes")]
    [InlineData("bash", "so it goes", "10")]
    [InlineData("python", "so it goes", "seog ti os")]
    public async Task Tool_ConversesLineByLine(string tool, string line, string answer)
    {
        var before = ChildProcesses.List();
        await using (var client = (await Fixture.ConnectAsync("/" + tool)).Client)
        {
            for (var i = 0; i < 2; i++)
            {
                await client.SayAsync($$"""{"text":"{{line}}"}""");
                Assert.Equal(answer, (await client.ReadAsync()).GetProperty("text").GetString());
            }

            await client.SayAsync("""{"close":1000}""");
            Assert.Equal(1000, (await client.ReadAsync()).GetProperty("close").GetInt32());
        }

        await ChildProcesses.AssertNoneButAsync(before);
    }

    [NeedsFact(Ws, "python3")]
    public async Task Python_AnswersEachMessageAsARequest()
    {
        await using var client = (await Fixture.ConnectAsync("/py/upper")).Client;
        foreach (var text in (string[])["one", "two"])
        {
            await client.SayAsync($$"""{"text":"{{text}}"}""");
            Assert.Contains(text.ToUpperInvariant(), (await client.ReadAsync()).GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        await client.SayAsync("""{"fragments":["in ","pieces"]}""");
        Assert.Contains("IN PIECES", (await client.ReadAsync()).GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [NeedsFact(Ws, "python3")]
    public async Task EventStreamThatBreaksOff_IsResumedByTheGateway()
    {
        // The server ends its answer after every second event; the client is told of no end but the last.
        await using var client = (await Fixture.ConnectAsync("/resumed")).Client;
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal($$"""{"text":"{{i}}"}""", await client.ReadLineAsync());
        }

        Assert.Equal("""{"close":1000,"reason":""}""", await client.ReadLineAsync());
    }

    [NeedsFact(Ws, "nginx")]
    public async Task Nginx_AnswersEachMessageAsARequest()
    {
        await using var client = (await Fixture.ConnectAsync("/nginx/echo")).Client;
        await client.SayAsync("""{"text":"{\"a\":1}"}""");
        Assert.Equal("""{"length":"7","type":"application/json"}""", (await client.ReadAsync()).GetProperty("text").GetString());
    }

    [NeedsTheory(Ws, "nginx")]
    [InlineData("/nginx/busy", 14, 503)]
    [InlineData("/nginx/nothing", 5, 404)]
    public async Task NginxThatFails_IsAMessageAndTheSocketStaysOpen(string path, int code, int status)
    {
        await using var client = (await Fixture.ConnectAsync(path)).Client;
        for (var i = 0; i < 2; i++)
        {
            await client.SayAsync("""{"text":"{}"}""");
            var text = (await client.ReadAsync()).GetProperty("text").GetString();
            Assert.StartsWith($"{{\"error\":{{\"code\":{code},", text, StringComparison.Ordinal);
            Assert.EndsWith($",\"httpStatus\":{status}}}", text, StringComparison.Ordinal);
        }
    }

    [NeedsFact(Ws)]
    public async Task WebSocketServer_AgreesOnCompressionWithItsClient()
    {
        var (client, open) = await Fixture.ConnectAsync("/ws/hello", """{"deflate":true}""");
        await using var _ = client;
        Assert.True(open.GetProperty("deflate").GetBoolean());
        await client.SayAsync("""{"text":"hello"}""");
        Assert.Equal("""{"text":"hello","deflate":true,"protocol":""}""", (await client.ReadAsync()).GetProperty("text").GetString());
    }

    [NeedsFact(Ws)]
    public async Task WebSocketServer_IsHeardAsItSpeaks()
    {
        await using var client = (await Fixture.ConnectAsync("/ws/echo")).Client;
        await client.SayAsync("""{"binary":"AAEC"}""");
        Assert.Equal("""{"binary":"AAEC"}""", await client.ReadLineAsync());
        await client.SayAsync("""{"fragments":["in ","pieces"]}""");
        Assert.Equal("""{"text":"in pieces"}""", await client.ReadLineAsync());
        await client.SayAsync("""{"close":4001,"reason":"enough"}""");
        Assert.Equal("""{"close":4001,"reason":"enough"}""", await client.ReadLineAsync());
        await Fixture.Node.ReadUntilAsync("""{"closed":"/ws/echo","code":4001}""");

        await using var closed = (await Fixture.ConnectAsync("/ws/close?code=4242&reason=because")).Client;
        await closed.SayAsync("""{"text":"go on"}""");
        Assert.Equal("""{"close":4242,"reason":"because"}""", await closed.ReadLineAsync());
    }

    [NeedsFact(Ws)]
    public async Task RefusedHandshake_IsTheServersOwn()
    {
        await using var client = NodeProgram.Start("ws-client.mjs", Fixture.Gateway.Address("/guarded", "ws").ToString());
        Assert.Equal("""{"refused":401,"body":"who are you?"}""", await client.ReadLineAsync());
        await using var known = (await Fixture.ConnectAsync("/guarded", """{"headers":{"authorization":"Bearer sesame"}}""")).Client;
    }

    /// <summary>The next frame of a kind.</summary>
    private static async Task<string> FrameAsync(ForeignProcess client, string kind)
    {
        while (true)
        {
            var frame = (await client.ReadAsync()).GetProperty("text").GetString()!;
            if (frame.StartsWith($"{{\"t\":\"{kind}\"", StringComparison.Ordinal))
            {
                return frame;
            }
        }
    }
}
