using System.Net;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>WebSocket servers of other hands, the `ws` package and websocketd, called over HTTP and SSE. (gRPC: <see cref="GrpcJsClientTests"/>.)</summary>
[Collection(nameof(ForeignFixture))]
public sealed class WebSocketServerTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    private const string Ws = "npm:ws";

    [NeedsFact(Ws)]
    public async Task Handshake_OffersNoCompression()
    {
        var (response, body) = await AskAsync("/ws/hello", "hi");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"text":"hi","deflate":false,"protocol":""}""", body);
    }

    [NeedsFact(Ws)]
    public async Task Ping_IsAnswered() => Assert.Equal("""{"pong":"are you there"}""", (await AskAsync("/ws/pinged", "hi")).Body);

    [NeedsFact(Ws)]
    public async Task Fragments_AreOneMessage() => Assert.Contains("one two three", (await AskAsync("/ws/fragments", "hi")).Body, StringComparison.Ordinal);

    [NeedsTheory(Ws)]
    [InlineData("code=4404&reason=NOT_FOUND:%20no%20item", HttpStatusCode.NotFound, 5)]
    [InlineData("code=1008&reason=not%20you", HttpStatusCode.Forbidden, 7)]
    [InlineData("code=1013&reason=later", HttpStatusCode.ServiceUnavailable, 14)]
    public async Task CloseCode_IsTheStatus(string query, HttpStatusCode status, int code) =>
        (await AskAsync("/ws/close?" + query, "hi")).AssertStatus(status, code);

    [NeedsFact(Ws)]
    public async Task RefusedHandshake_IsToldWithItsStatus()
    {
        var refused = await AskAsync("/guarded", "hi");
        Assert.Equal("who are you?", refused.AssertStatus(HttpStatusCode.Unauthorized, 16).Message());
        Assert.Equal("hi", (await AskAsync("/guarded", "hi", ("Authorization", "Bearer sesame"))).Body.Trim().Trim('"'));
    }

    [NeedsFact(Ws)]
    public async Task Messages_AreEvents()
    {
        var (response, body) = await Fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/ws/ticks?n=2", headers: ("Accept", "text/event-stream"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("data: {\"n\":1}\n\n", body, StringComparison.Ordinal);
        Assert.Contains("data: {\"n\":2}\n\n", body, StringComparison.Ordinal);
        Assert.Contains("event: end\n", body, StringComparison.Ordinal);
    }

    [NeedsFact("websocketd", "jq")]
    public async Task WebSocketDaemon_AnswersARequest()
    {
        var (response, body) = await Fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/daemon", Answers.Json("""{"text":"hi"}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"upper":"HI"}""", body.Trim());
    }

    [NeedsFact("websocketd", "jq", Ws)]
    public async Task WebSocketDaemon_ConversesWithAClient()
    {
        await using var client = (await Fixture.ConnectAsync("/daemon")).Client;
        foreach (var text in (string[])["one", "two"])
        {
            await client.SayAsync($$"""{"text":"{\"text\":\"{{text}}\"}"}""");
            Assert.Equal($"{{\"upper\":\"{text.ToUpperInvariant()}\"}}", (await client.ReadAsync()).GetProperty("text").GetString());
        }
    }

    private Task<(HttpResponseMessage Response, string Body)> AskAsync(string path, string text, params (string, string)[] headers) =>
        Fixture.Gateway.Http1.AskAsync(HttpMethod.Post, path, new StringContent(text), headers);
}
