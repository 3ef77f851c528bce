using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Transcoders.Calls;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>Sockets on which every message is a call of its own (PROTOCOLS §10.7 cell 5).</summary>
public sealed class MessageModeTests
{
    [Fact]
    public async Task EveryMessage_IsACall_AnsweredInOrderWithItsOwnHead()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat/a?x=1", "ws"), static options => options.SetRequestHeader("x-team", "red"));
        await client.SendTextAsync("""{"text":"hi"}""");
        await client.SendTextAsync("plain");

        var first = await server.NextAsync();
        Assert.Equal("""{"text":"hi"}""", await first.TextAsync());
        Assert.Equal(("POST", "/chat/a?x=1", "red", CallShape.ServerStreaming), (first.Head.Verb, first.Head.Target, first.Head.Metadata.Find("x-team"), first.Head.Shape));
        Assert.True(server.IsQuiet);
        first.Answer("""{"text":"yo"}""").End();
        Assert.Equal("""{"text":"yo"}""", await client.ReadTextAsync());

        var second = await server.NextAsync();
        var request = await second.RequestAsync();
        Assert.Equal(PayloadFormat.Text, request!.Value.Format);
        second.Answer("a", PayloadFormat.Text).Answer("b", PayloadFormat.Binary).End();
        Assert.Equal("a", await client.ReadTextAsync());
        Assert.True(client.WasText);
        Assert.Equal("b", await client.ReadTextAsync());
        Assert.False(client.WasText);

        await client.CloseAsync();
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task Failure_IsAMessageAndTheSocketStaysOpen()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        await client.SendTextAsync("{}");
        (await server.NextAsync()).End(new CallStatus(StatusCode.NotFound, "no room") { HttpStatus = 404, Origin = StatusOrigin.Backend });
        Assert.Equal("""{"error":{"code":5,"message":"no room","details":[]},"httpStatus":404}""", await client.ReadTextAsync());

        await client.SendTextAsync("{}");
        (await server.NextAsync()).End();
        await client.SendTextAsync("[1]");
        (await server.NextAsync()).Answer("[2]").End();
        Assert.Equal("[2]", await client.ReadTextAsync());
    }

    [Fact]
    public async Task CloseOfTheClient_CancelsTheCallInFlight()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        await client.SendTextAsync("{}");
        var call = await server.NextAsync();
        await client.CloseAsync();
        await call.Cancelled.WaitAsync(Wait.Token());
    }

    [Fact]
    public async Task MessagesAhead_AreBounded()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server, """ "Options": { "WebSocket": { "MaxQueued": 2 } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        for (var i = 0; i < 40; i++)
        {
            await client.SendTextAsync(i.ToString());
        }

        for (var i = 0; i < 40; i++)
        {
            var call = await server.NextAsync();
            Assert.Equal(i.ToString(), await call.TextAsync());
            Assert.True(server.IsQuiet);
            call.Answer(i.ToString()).End();
            Assert.Equal(i.ToString(), await client.ReadTextAsync());
        }
    }

    [Fact]
    public async Task MessageOverTheLimit_ClosesWith1009()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server, """ "Options": { "WebSocket": { "MaxMessageSize": 10 } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        await client.SendTextAsync("12345678901");
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1009, client.CloseCode);
    }

    [Fact]
    public async Task SingleMode_MakesTheLinesOfOneBody()
    {
        var server = new FakeServer("http", FakeServer.HttpLike with { OpaqueShape = CallShape.ServerStreaming });
        await using var gateway = await StartAsync(server, """ "Options": { "WebSocket": { "Mode": "single" } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        await client.SendTextAsync("{\"a\":\n1}");
        await client.SendTextAsync("""{"a":2}""");
        await client.SendTextAsync("");
        var call = await server.NextAsync();
        Assert.Equal("application/x-ndjson", call.Head.ContentType);
        Assert.Equal("{\"a\": 1}\n{\"a\":2}\n", await call.TextAsync());
        call.Answer("1").Answer("2").End();
        Assert.Equal("1", await client.ReadTextAsync());
        Assert.Equal("2", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task SingleModeOverAStream_SendsLineByLine()
    {
        var server = new FakeServer("http", FakeServer.HttpLike);
        await using var gateway = await StartAsync(server, """ "Options": { "WebSocket": { "Mode": "single" } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat", "ws"));
        var call = await server.NextAsync();
        await client.SendTextAsync("1");
        Assert.Equal("1", await call.TextAsync());
        call.Answer("one");
        Assert.Equal("one", await client.ReadTextAsync());
        await client.SendTextAsync("");
        Assert.Null(await call.RequestAsync());
        call.End(new CallStatus(StatusCode.NotFound, "gone") { Origin = StatusOrigin.Backend });
        Assert.Contains("gone", await client.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(4404, client.CloseCode);
    }

    internal static Task<RunningGateway> StartAsync(FakeServer server, string? routeMore = null, string routes = "") => RunningGateway.StartAsync(
        $$"""
        { "ReverseProxy": {
            "Routes": { "chat": { "ClusterId": "chat", {{(routeMore is null ? "" : routeMore + ",")}} "Match": { "Path": "/chat/{**rest}" } } {{routes}} },
            "Clusters": { "chat": { "Protocol": "{{server.Protocol}}", "Destinations": { "a": { "Address": "http://127.0.0.1:9" } } } } } }
        """,
        options => options with { Backends = [server.Registration] });
}
