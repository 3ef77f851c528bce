using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Transcoders.Calls;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>The envelope in front of a server without schema: a start frame names verb and path (PROTOCOLS §10.7 cell 5).</summary>
public sealed class EnvelopeOpaqueTests
{
    /// <summary>A route of its own, with a policy of its own as far as the socket can know.</summary>
    private const string Secret = """, "secret": { "ClusterId": "chat", "Match": { "Path": "/chat/secret/{**rest}" } }""";

    [Fact]
    public async Task Start_NamesVerbAndPath()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        using var client = await ConnectAsync(gateway);
        await client.SendTextAsync("""{"t":"start","id":1,"method":"GET /chat/v1/items/a?x=1","headers":{"x-team":"red"},"last":true}""");
        var call = await server.NextAsync();
        Assert.Equal(("GET", "/chat/v1/items/a?x=1", "red", ""), (call.Head.Verb, call.Head.Target, call.Head.Metadata.Find("x-team"), await call.TextAsync()));
        var metadata = new CallMetadata();
        metadata.Add("etag", "\"7\"");
        call.OpenAnswer(new ResponseHead { Metadata = metadata }).Answer("""{"id":"a","size":7}""").End();
        Assert.Equal("""{"t":"headers","id":1,"headers":{"etag":"\"7\""}}""", await client.ReadTextAsync());
        Assert.Equal("""{"t":"msg","id":1,"seq":1,"data":{"id":"a","size":7}}""", await client.ReadTextAsync());
        Assert.Equal("""{"t":"end","id":1,"status":{"code":0},"trailers":{}}""", await client.ReadTextAsync());
    }

    [Fact]
    public async Task Calls_RunBesideEachOther()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        using var client = await ConnectAsync(gateway);
        await client.SendTextAsync("""{"t":"start","id":1,"method":"POST /chat/a","data":{"n":1}}""");
        await client.SendTextAsync("""{"t":"start","id":2,"data":"text","last":true}""");
        var calls = new[] { await server.NextAsync(), await server.NextAsync() };
        var first = Assert.Single(calls, static call => call.Head.Target == "/chat/a");
        var second = Assert.Single(calls, static call => call.Head.Target == "/chat");
        Assert.Equal("""{"n":1}""", await first.TextAsync());
        Assert.Equal(("POST", "\"text\""), (second.Head.Verb, await second.TextAsync()));
        second.Answer("not json {", PayloadFormat.Json).End();
        Assert.Equal("""{"t":"msg","id":2,"seq":1,"data":"not json {"}""", await client.ReadTextAsync());
        Assert.Contains("\"end\",\"id\":2", await client.ReadTextAsync(), StringComparison.Ordinal);
        first.End(new CallStatus(StatusCode.NotFound, "no room") { Origin = StatusOrigin.Backend });
        Assert.Equal("""{"t":"end","id":1,"status":{"code":5,"message":"no room","details":[]},"trailers":{}}""", await client.ReadTextAsync());
    }

    [Theory]
    [InlineData("GET /elsewhere", 5)]
    [InlineData("GET /chat/secret/x", 5)]
    [InlineData("GET /chat/%73ecret/x", 5)]
    [InlineData("GET /chat/a/../secret/x", 3)]
    [InlineData("GET /chat/a/%2e%2E/secret/x", 3)]
    [InlineData("GET //elsewhere/chat", 3)]
    [InlineData("GET http://elsewhere/chat", 3)]
    [InlineData("CONNECT /chat", 3)]
    [InlineData("get /chat", 3)]
    public async Task PathOfAnotherRoute_IsRefused(string method, int code)
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await MessageModeTests.StartAsync(server, routes: Secret);
        using var client = await ConnectAsync(gateway);
        await client.SendTextAsync($$"""{"t":"start","id":1,"method":"{{method}}"}""");
        Assert.StartsWith($$"""{"t":"end","id":1,"status":{"code":{{code}},""", await client.ReadTextAsync(), StringComparison.Ordinal);
        Assert.True(server.IsQuiet);
    }

    [Fact]
    public async Task VerbThatTheRouteDoesNotHave_IsRefused()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await RunningGateway.StartAsync(
            """
            { "ReverseProxy": {
                "Routes": { "chat": { "ClusterId": "chat", "Match": { "Path": "/chat/{**rest}", "Methods": [ "GET" ] } } },
                "Clusters": { "chat": { "Protocol": "http", "Destinations": { "a": { "Address": "http://127.0.0.1:9" } } } } } }
            """,
            options => options with { Backends = [server.Registration] });
        using var client = await ConnectAsync(gateway);
        await client.SendTextAsync("""{"t":"start","id":1,"method":"DELETE /chat/a"}""");
        Assert.StartsWith("""{"t":"end","id":1,"status":{"code":12,""", await client.ReadTextAsync(), StringComparison.Ordinal);
    }

    private static Task<WebSocketClient> ConnectAsync(RunningGateway gateway) =>
        WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"), static options => options.AddSubProtocol("gateway.v1.json"));
}
