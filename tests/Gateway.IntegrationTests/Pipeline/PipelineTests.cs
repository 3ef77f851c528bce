using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>YARP's pipeline holds for calls that become another protocol.</summary>
public sealed class PipelineTests(PipelineFixture fixture) : GatewayTest<PipelineFixture>(fixture)
{
    [Fact]
    public async Task PathPrefix_IsRemoved_OnEveryEdge()
    {
        var (http, book) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/api/v1/shelves/fiction/books/frankenstein?read_mask=title");
        Assert.Equal(HttpStatusCode.OK, http.StatusCode);
        Assert.Contains("Frankenstein", book);

        var (_, events) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/api/v1/behaviours:stream?key={Key}&count=2", null, ("Accept", "text/event-stream"));
        Assert.Contains("event: end", events);

        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address($"/api/v1/behaviours:stream?key={Key}&count=2", "ws"));
        Assert.NotNull(await socket.ReadTextAsync());
        Assert.NotNull(await socket.ReadTextAsync());
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(1000, socket.CloseCode);
    }

    [Fact]
    public async Task PathPattern_BuildsThePath()
    {
        var (response, book) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/shelf/fiction/frankenstein");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Frankenstein", book);
    }

    [Fact]
    public async Task EncodedSlash_SurvivesThePrefix()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/api/v1/behaviours/echo/a%2Fb%20c");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("a/b c", JsonDocument.Parse(body).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task HeaderTransforms_WorkBothWays()
    {
        var body = Answers.Json($"{{\"key\":\"{Key}\",\"replyHeaders\":{{\"x-internal\":\"secret\",\"x-shelf\":\"7\"}}}}");
        var (response, text) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/api/v1/behaviours:echo", body, ("x-removed", "1"), ("x-kept", "2"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var arrived = JsonDocument.Parse(text).RootElement.GetProperty("metadata").EnumerateArray()
            .ToLookup(static m => m.GetProperty("key").GetString()!, static m => m.TryGetProperty("value", out var v) ? v.GetString() : "");
        Assert.Equal(["by the route"], arrived["x-added"]);
        Assert.Empty(arrived["x-removed"]);
        Assert.Equal(["2"], arrived["x-kept"]);
        Assert.Equal(["127.0.0.1"], arrived["x-forwarded-for"]);

        Assert.Equal("by the route", response.Headers.GetValues("x-answered").Single());
        Assert.Equal("7", response.Headers.GetValues("x-shelf").Single());
        Assert.False(response.Headers.Contains("x-internal"));
    }

    [Fact]
    public async Task ResponseTransforms_WorkOnStreams()
    {
        foreach (var accept in (string[])["application/x-ndjson", "text/event-stream"])
        {
            var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/api/v1/behaviours:stream?key={Key}&count=2", null, ("Accept", accept));
            Assert.Equal("by the route", response.Headers.GetValues("x-answered").Single());
            Assert.Equal(accept, response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task Affinity_KeepsAClientOnItsServer()
    {
        var first = await EchoAsync("/sticky");
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.StartsWith("stick=", cookie);
        var home = Started(Fixture.Library) == 1 ? Fixture.Library : Fixture.Second;
        for (var i = 0; i < 6; i++)
        {
            await EchoAsync("/sticky", ("Cookie", cookie));
        }

        Assert.Equal(7, Started(home));
    }

    [Fact]
    public async Task Affinity_GivesItsCookieOnAWebSocketHandshake()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address($"/sticky/v1/behaviours:stream?key={Key}&count=1", "ws"));
        Assert.Contains(socket.Socket.HttpResponseHeaders!["Set-Cookie"], static c => c.StartsWith("stick=", StringComparison.Ordinal));
        while (await socket.ReadTextAsync() is not null)
        {
        }
    }

    [Fact]
    public async Task RoundRobin_SharesTheCalls()
    {
        for (var i = 0; i < 6; i++)
        {
            await EchoAsync("/turns");
        }

        Assert.Equal(3, Started(Fixture.Library));
        Assert.Equal(3, Started(Fixture.Second));
    }

    [Fact]
    public async Task AnonymousPolicy_LetsEverybodyIn() => await EchoAsync("/open");

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task DefaultPolicy_WantsSomebody(string accept)
    {
        var (response, _) = await Gateway.Http1.AskAsync(
            HttpMethod.Post, "/closed/v1/behaviours:echo", Answers.Json($"{{\"key\":\"{Key}\"}}"), ("Accept", accept));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(0, Started(Fixture.Library));
    }

    private async Task<HttpResponseMessage> EchoAsync(string prefix, params (string, string)[] headers)
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, prefix + "/v1/behaviours:echo", Answers.Json($"{{\"key\":\"{Key}\"}}"), headers);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return response;
    }

    private long Started(Samples.Library.LibraryServer server) => server.Ledger.State(Key).Counters.Started;
}
