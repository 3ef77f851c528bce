using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Backends;

/// <summary>Event streams of WebSocket servers. Source: PROTOCOLS §10.7 cell 14.</summary>
public sealed class SseToWebSocketTests(WebSocketFixture fixture) : IClassFixture<WebSocketFixture>
{
    [Fact]
    public async Task OpenMessage_IsFilledInFromTheQuery_Escaped()
    {
        await using var stream = await OpenAsync("/ticks?do=echo&ch=b%22tc");

        var first = await stream.Events.ReadAsync(Wait.Token());

        Assert.Equal("b\"tc", JsonDocument.Parse(first!.Data).RootElement.GetProperty("ch").GetString());
    }

    [Fact]
    public async Task OpenMessage_WhoseParameterIsMissing_Is400_AndNamesIt()
    {
        var answer = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/ticks?do=echo", null, ("accept", "text/event-stream"));

        Assert.Contains("'ch'", answer.AssertStatus(HttpStatusCode.BadRequest, 3).Message());
    }

    [Fact]
    public async Task Messages_AreEvents_NamedByTheirMember_AndEndWithAnEvent()
    {
        await using var stream = await OpenAsync("/ticks?do=send&n=2&ch=x&code=1000");

        var first = await stream.ReadAsync();
        Assert.Equal(("tick", """{"type":"tick","n":1}"""), (first!.Name, first.Data));
        Assert.EndsWith(".1", first.Id);
        Assert.Equal("tick", (await stream.ReadAsync())!.Name);
        var end = await stream.ReadAsync();
        Assert.Equal("end", end!.Name);
        Assert.EndsWith(".end", end.Id);
    }

    [Fact]
    public async Task PermanentFailure_IsAnEventWithTheFinalId()
    {
        await using var stream = await OpenAsync("/ticks?do=send&n=1&ch=x&code=1008&reason=bad%20channel");

        await stream.ReadAsync();
        var error = await stream.ReadAsync();

        Assert.Equal("error", error!.Name);
        Assert.EndsWith(".end", error.Id);
        Assert.Equal("bad channel", JsonDocument.Parse(error.Data).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task FailureThatMayPass_HasNoId_SoThatTheClientComesBack()
    {
        await using var stream = await OpenAsync("/ticks?do=send&n=1&ch=x&code=1001");

        var first = await stream.ReadAsync();
        var error = await stream.ReadAsync();

        Assert.Equal("error", error!.Name);
        Assert.Equal(first!.Id, error.Id);
        Assert.Equal(14, JsonDocument.Parse(error.Data).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task HandshakeThatIsRefused_IsARealStatus() =>
        (await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/plain?http=403", null, ("accept", "text/event-stream"))).AssertStatus(HttpStatusCode.Forbidden, 7);

    [Fact]
    public async Task ClientThatLeaves_ClosesTheSocket()
    {
        var stream = await OpenAsync("/ticks?do=banner&ch=leaver");
        await stream.ReadAsync();
        await stream.DisposeAsync();

        await Wait.UntilAsync(() => fixture.Server.Active == 0, "the server's socket to close");
    }

    [Fact]
    public async Task ThreeWhoShare_HaveOneSocket_AndTheSameEvents()
    {
        var before = fixture.Server.Handshakes.Count;
        await using var one = await OpenAsync("/shared?do=ticks", ("authorization", "Bearer a"));
        await using var two = await OpenAsync("/shared?do=ticks", ("authorization", "Bearer a"));
        await using var three = await OpenAsync("/shared?do=ticks", ("authorization", "Bearer a"));
        await using var other = await OpenAsync("/shared?do=ticks", ("authorization", "Bearer b"));

        // The head of each has left, so each has joined.
        fixture.Server.Ticks.Release(2);
        Stream[] streams = [one, two, three, other];
        var events = new List<SseEvent>();
        foreach (var stream in streams)
        {
            events.Add((await stream.ReadAsync())!);
        }

        Assert.All(events, static e => Assert.Equal("""{"type":"tick","n":1}""", e.Data));
        Assert.Equal(2, fixture.Server.Handshakes.Count - before);
        foreach (var stream in streams[..3])
        {
            await stream.DisposeAsync();
        }

        await Wait.UntilAsync(() => fixture.Server.Active == 1, "the shared socket to close with its last listener");
    }

    private async Task<Stream> OpenAsync(string target, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("accept", "text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await fixture.Gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.True(response.StatusCode == HttpStatusCode.OK, await TextAsync(response));
        return new Stream(response, new SseEvents(await response.Content.ReadAsStreamAsync(Wait.Token())));
    }

    private static async Task<string> TextAsync(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.OK ? "" : await response.Content.ReadAsStringAsync(Wait.Token());

    private sealed class Stream(HttpResponseMessage response, SseEvents events) : IAsyncDisposable
    {
        public SseEvents Events => events;

        public Task<SseEvent?> ReadAsync() => events.ReadAsync(Wait.Token());

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return default;
        }
    }
}
