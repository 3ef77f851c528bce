using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Backends;

/// <summary>HTTP in front of WebSocket servers. Source: PROTOCOLS §10.7 cell 1.</summary>
public sealed class HttpToWebSocketTests(WebSocketFixture fixture) : IClassFixture<WebSocketFixture>
{
    [Fact]
    public async Task Body_IsAMessage_AndTheFirstMessageTheAnswer()
    {
        var (response, body) = await PostAsync("/v1/items/a%2Fb?rev=3", """{"q":1}""", ("x-team", "red"), ("Sec-WebSocket-Protocol", "Bearer, secret"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("""{"q":1}""", body);
        var seen = fixture.Server.Handshakes.Last(static seen => seen.Target.StartsWith("/v1/items", StringComparison.Ordinal));
        Assert.Equal("/v1/items/a%2Fb?rev=3", seen.Target);
        Assert.Equal("red", seen.Headers["x-team"]);
        Assert.Equal("chat.v1", seen.Headers["sec-websocket-protocol"]);
        await Wait.UntilAsync(() => fixture.Server.Closes.Contains(1000), "a close in order");
    }

    [Fact]
    public async Task BinaryBody_IsABinaryMessage()
    {
        var content = new ByteArrayContent([0x61, 0x62]);
        content.Headers.ContentType = new("application/octet-stream");

        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/binary", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("binary:ab", body);
    }

    [Theory]
    [InlineData("/last?do=send&n=3", """{"type":"tick","n":3}""")]
    [InlineData("/count?do=send&n=3", """[{"type":"tick","n":1},{"type":"tick","n":2}]""")]
    [InlineData("/all?do=send&n=3", """[{"type":"tick","n":1},{"type":"tick","n":2},{"type":"tick","n":3}]""")]
    [InlineData("/plain?do=send&n=3", """{"type":"tick","n":1}""")]
    public async Task Reply_IsWhatTheRouteSays(string target, string expected)
    {
        var (response, body) = await GetAsync(target);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(expected, body);
    }

    [Fact]
    public async Task Stream_EndsWithTheStatusOfTheClose()
    {
        var (response, body) = await GetAsync("/stream?do=send&n=2&code=1011&reason=broke");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = body.TrimEnd('\n').Split('\n');
        Assert.Equal("""{"result":{"type":"tick","n":1}}""", lines[0]);
        Assert.Equal(3, lines.Length);
        var error = JsonDocument.Parse(lines[2]).RootElement.GetProperty("error");
        Assert.Equal(13, error.GetProperty("code").GetInt32());
        Assert.Equal("broke", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("http=403&body=not%20you", 403, 7, "not you")]
    [InlineData("http=404&type=application/json&body=%7B%22code%22:5,%22message%22:%22no%20item%22%7D", 404, 5, "no item")]
    [InlineData("http=409&type=application/json&body=%7B%22error%22:%7B%22code%22:409,%22status%22:%22ALREADY_EXISTS%22,%22message%22:%22twice%22%7D%7D", 409, 6, "twice")]
    [InlineData("http=503", 502, 14, "upstream handshake: 503")]
    [InlineData("http=302", 502, 14, "upstream handshake: 302")]
    [InlineData("http=200", 502, 14, "upstream handshake: 200")]
    public async Task HandshakeThatIsRefused_IsTheAnswer(string query, int http, int code, string message)
    {
        var status = (await GetAsync("/plain?" + query)).AssertStatus((HttpStatusCode)http, code);

        Assert.Equal(message, status.Message());
    }

    [Theory]
    [InlineData("4404", "NOT_FOUND: no item a", 404, 5, "no item a")]
    [InlineData("4429", "RESOURCE_EXHAUSTED: slow down", 429, 8, "slow down")]
    [InlineData("1008", "bad channel", 403, 7, "bad channel")]
    [InlineData("1012", "back soon", 503, 14, "back soon")]
    [InlineData("1000", "", 502, 13, null)]
    public async Task CloseBeforeAReply_IsItsStatus(string code, string reason, int http, int status, string? message)
    {
        var answer = (await GetAsync($"/plain?do=send&n=0&code={code}&reason={Uri.EscapeDataString(reason)}")).AssertStatus((HttpStatusCode)http, status);

        Assert.Equal(message ?? answer.Message(), answer.Message());
    }

    [Fact]
    public async Task CloseCodes_OfTheCluster_Win()
    {
        (await GetAsync("/codes?do=send&n=0&code=4001&reason=who")).AssertStatus(HttpStatusCode.Unauthorized, 16);
        (await GetAsync("/codes?do=send&n=0&code=4003&reason=who")).AssertStatus(HttpStatusCode.InternalServerError, 2);
    }

    [Fact]
    public async Task ErrorMessageBeforeTheClose_IsTheStatus_WithItsDetails()
    {
        var status = (await GetAsync("/plain?do=error&code=4429&reason=RESOURCE_EXHAUSTED")).AssertStatus(HttpStatusCode.TooManyRequests, 8);

        Assert.Equal("slow down", status.Message());
        Assert.Equal("3s", status.GetProperty("details")[0].GetProperty("retryDelay").GetString());
    }

    [Fact]
    public async Task ErrorMessageBeforeAGoodClose_IsAMessage()
    {
        var (response, body) = await GetAsync("/plain?do=error&code=1000");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("slow down", body);
    }

    [Fact]
    public async Task ConnectionThatIsReset_Is502() =>
        (await PostAsync("/plain?do=reset", "{}")).AssertStatus(HttpStatusCode.BadGateway, 14);

    [Fact]
    public async Task ServerThatIsNotThere_Is502() => (await GetAsync("/nobody")).AssertStatus(HttpStatusCode.BadGateway, 14);

    [Fact]
    public async Task BannersAndPings_AreNotTheAnswer()
    {
        var (response, body) = await GetAsync("/chatty?do=banner");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("""{"type":"ready"}""", body);
        await Wait.UntilAsync(() => fixture.Server.Messages.Contains("bye"), "the exit message");
    }

    [Fact]
    public async Task Deadline_Is504_AndTheServerIsToldToGo()
    {
        (await GetAsync("/hurried?do=silent")).AssertStatus(HttpStatusCode.GatewayTimeout, 4);

        await Wait.UntilAsync(() => fixture.Server.Closes.Contains(1001), "a close that says going away");
        Assert.Contains("x-request-timeout-ms", fixture.Server.Handshakes.Last(static seen => seen.Target.StartsWith("/hurried", StringComparison.Ordinal)).Headers.Keys);
    }

    [Fact]
    public async Task MessageOverTheLimit_IsRefused_With1009()
    {
        (await GetAsync("/plain?do=large&n=65000")).Response.EnsureSuccessStatusCode();
        (await GetAsync("/plain?do=large&n=65537")).AssertStatus(HttpStatusCode.BadGateway, 8);

        await Wait.UntilAsync(() => fixture.Server.Closes.Contains(1009), "a close that says too big");
    }

    [Fact]
    public async Task WebSocketInFront_PassesUntouched()
    {
        using var socket = await Matrix.Edges.WebSocketClient.ConnectAsync(
            fixture.Gateway.Address("/plain", "ws"), static options => options.AddSubProtocol("their.own"));

        await socket.SendTextAsync("hello");

        Assert.Equal("hello", await socket.ReadTextAsync());
        Assert.Equal("their.own", socket.Socket.SubProtocol);
        await socket.CloseAsync();
    }

    private Task<(HttpResponseMessage Response, string Body)> GetAsync(string target) => fixture.Gateway.Http1.AskAsync(HttpMethod.Get, target);

    private Task<(HttpResponseMessage Response, string Body)> PostAsync(string target, string json, params (string Name, string Value)[] headers) =>
        fixture.Gateway.Http1.AskAsync(HttpMethod.Post, target, Answers.Json(json), headers);
}
