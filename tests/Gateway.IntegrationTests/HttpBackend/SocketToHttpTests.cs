using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>Cells 5 and 13: WebSocket and event stream clients, a server that speaks plain HTTP.</summary>
public sealed class SocketToHttpTests(HttpBackendFixture fixture) : IClassFixture<HttpBackendFixture>, IDisposable
{
    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Fact]
    public async Task Envelope_CallsByName()
    {
        using var socket = await WebSocketClient.ConnectAsync(fixture.Gateway.Address("/socket", "ws"), static options => options.AddSubProtocol("gateway.v1.json"));
        await socket.SendTextAsync("""{"t":"start","id":1,"method":"library.v1.Library/GetBook","data":{"name":"shelves/1/books/ok"},"last":true}""");

        using var head = JsonDocument.Parse((await socket.ReadTextAsync())!);
        Assert.Equal("\"7\"", head.RootElement.GetProperty("headers").GetProperty("etag").GetString());
        Assert.Contains("\"title\":\"War and Peace\"", await socket.ReadTextAsync());
        Assert.Contains("\"code\":0", await socket.ReadTextAsync());

        await socket.SendTextAsync("""{"t":"start","id":2,"method":"library.v1.Library/GetBook","data":{"name":"shelves/1/books/problem"},"last":true}""");
        var end = await socket.ReadTextAsync();
        Assert.Contains("\"code\":5", end);
        Assert.Contains("no item a", end);
    }

    [Fact]
    public async Task RawSocket_WithSchema_StreamsWhatTheServerAnswers()
    {
        using var socket = await WebSocketClient.ConnectAsync(fixture.Gateway.Address("/v1/shelves/list:watch", "ws"));

        Assert.Equal("""{"sequence":"1"}""", await socket.ReadTextAsync());
        Assert.Equal("""{"sequence":"2"}""", await socket.ReadTextAsync());
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(1000, socket.CloseCode);
    }

    [Theory]
    [InlineData("/v1/shelves/list:watch", "data: {\"sequence\":\"1\"}", "data: {\"sequence\":\"2\"}", "event: end")]
    [InlineData("/things/ok", "\"title\":\"War and Peace\"", "event: end", "")]
    [InlineData("/things/bare", "data: {\"sequence\":1}", "data: {\"sequence\":2,\"error\":{}}", "event: end")]
    [InlineData("/things/text-less/cover", "", "event: end", "")]
    [InlineData("/v1/shelves/ndjson:watch", "data: {\"sequence\":\"1\"}", "event: error", "\"code\":14")]
    public async Task EventStream_HasAnEventForEachAnswer(string path, string first, string second, string third)
    {
        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, path, null, ("Accept", "text/event-stream"));

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(first, body);
        Assert.Contains(second, body);
        Assert.Contains(third, body);
    }

    [Fact]
    public async Task EventStream_OfARequestThatFails_HasTheServersStatusLine()
    {
        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/things/problem", null, ("Accept", "text/event-stream"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("no item a", body);
    }

    [Fact]
    public async Task EventStream_BegunWithABody_SendsItAsItIs()
    {
        await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/things/post?x=1", Answers.Json("""{"a":1}"""), ("Accept", "text/event-stream"), ("x-team", "red"));

        var seen = fixture.Rest.Requests.Last(static seen => seen.Line.StartsWith("POST /things/post", StringComparison.Ordinal));
        Assert.Equal(("POST /things/post?x=1", """{"a":1}""", "red"), (seen.Line, seen.Body, seen.Headers["x-team"]));
        Assert.StartsWith("application/json", seen.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal("application/json, application/x-ndjson;q=0.9, */*;q=0.1", seen.Headers["accept"]);
    }

    [Fact]
    public async Task HttpClients_AreForwarded()
    {
        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/things/html");

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("<html>hello</html>", body);
    }
}
