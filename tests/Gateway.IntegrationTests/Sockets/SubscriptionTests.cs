using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Transcoders.Calls;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>Sockets in front of an event stream (PROTOCOLS §10.7 cell 7).</summary>
public sealed class SubscriptionTests
{
    [Fact]
    public async Task Open_AsksAtOnceAndEventsAreTheirData()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        var connecting = WebSocketClient.ConnectAsync(gateway.Address("/chat/feed?a=1&lastEventId=4%31&b=2", "ws"));
        var call = await server.NextAsync();
        Assert.Equal(("GET", "/chat/feed?a=1&b=2", "41"), (call.Head.Verb, call.Head.Target, call.Head.Metadata.Find("last-event-id")));
        Assert.Equal("", await call.TextAsync());
        call.OpenAnswer();
        using var client = await connecting;
        call.Answer("""{"id":"a"}""", PayloadFormat.Text, "42", "item").Answer("two", PayloadFormat.Text).End();
        Assert.Equal("""{"id":"a"}""", await client.ReadTextAsync());
        Assert.Equal("two", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task Refusal_IsAnHttpStatusInsteadOfAnUpgrade()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        var connecting = socket.ConnectAsync(gateway.Address("/chat/feed", "ws"), Wait.Token());
        (await server.NextAsync()).End(new CallStatus(StatusCode.Unauthenticated, "who are you?") { Origin = StatusOrigin.Backend });
        await Assert.ThrowsAsync<WebSocketException>(() => connecting);
        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
    }

    [Fact]
    public async Task WithoutLateAccept_RefusalIsACloseFrame()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server, """ "Options": { "WebSocket": { "LateAccept": false } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"));
        (await server.NextAsync()).End(new CallStatus(StatusCode.PermissionDenied, "expired") { Origin = StatusOrigin.Backend });
        Assert.Equal("""{"error":{"code":7,"message":"expired","details":[]}}""", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
        Assert.Equal((4403, "PERMISSION_DENIED: expired"), (client.CloseCode, client.CloseReason));
    }

    [Fact]
    public async Task Wrap_KeepsIdAndEvent()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server, """ "Options": { "WebSocket": { "Wrap": true } } """);
        var connecting = WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"));
        var call = (await server.NextAsync()).OpenAnswer();
        using var client = await connecting;
        call.Answer("""{"id":"a"}""", PayloadFormat.Text, "42", "item").Answer("no \"json\"", PayloadFormat.Text).End();
        Assert.Equal("""{"id":"42","event":"item","data":{"id":"a"}}""", await client.ReadTextAsync());
        Assert.Equal("""{"event":"message","data":"no \"json\""}""", await client.ReadTextAsync());
    }

    [Fact]
    public async Task FirstMessage_IsPostedAsTheBody()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server, """ "Options": { "WebSocket": { "Start": "firstMessage" } } """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat/complete", "ws"));
        await client.SendTextAsync("{\"model\":\n\"m\"}");
        var call = await server.NextAsync();
        Assert.Equal("POST", call.Head.Verb);
        Assert.Contains("\"model\"", await call.TextAsync(), StringComparison.Ordinal);
        call.Answer("token", PayloadFormat.Text).End();
        Assert.Equal("token", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task MessageOfTheClient_ClosesWith1003AndCancelsTheStream()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        var connecting = WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"));
        var call = (await server.NextAsync()).OpenAnswer();
        using var client = await connecting;
        await client.SendTextAsync("hello?");
        await call.Cancelled.WaitAsync(Wait.Token());
        Assert.Contains("takes no messages", await client.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1003, client.CloseCode);
    }

    [Fact]
    public async Task Companion_TakesTheMessages()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server, """ "Options": { "WebSocket": { "Companion": "/messages?s=1" } } """);
        var connecting = WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"));
        var stream = (await server.NextAsync()).OpenAnswer();
        using var client = await connecting;
        await client.SendTextAsync("""{"say":1}""");
        var post = await server.NextAsync();
        Assert.Equal(("POST", "/messages?s=1", """{"say":1}"""), (post.Head.Verb, post.Head.Target, await post.TextAsync()));
        post.Answer("\"heard\"").End();
        Assert.Equal("\"heard\"", await client.ReadTextAsync());
        stream.Answer("event", PayloadFormat.Text);
        Assert.Equal("event", await client.ReadTextAsync());

        await client.SendTextAsync("2");
        var second = await server.NextAsync();
        stream.End();
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
        await second.Cancelled.WaitAsync(Wait.Token());
    }

    [Fact]
    public async Task CloseOfTheClient_CancelsTheStream()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        var connecting = WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"));
        var call = (await server.NextAsync()).OpenAnswer();
        using var client = await connecting;
        await client.CloseAsync();
        await call.Cancelled.WaitAsync(Wait.Token());
    }

    [Fact]
    public async Task Envelope_TellsIdAndEvent()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(server);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/chat/feed", "ws"), static options => options.AddSubProtocol("gateway.v1.json"));
        await client.SendTextAsync("""{"t":"start","id":1,"headers":{"last-event-id":"7"}}""");
        var call = await server.NextAsync();
        Assert.Equal(("GET", "7"), (call.Head.Verb, call.Head.Metadata.Find("last-event-id")));
        call.Answer("""{"a":1}""", PayloadFormat.Text, "8", "item").End();
        Assert.Equal("""{"t":"msg","id":1,"seq":1,"event":"item","sse_id":"8","data":{"a":1}}""", await client.ReadTextAsync());
        Assert.Equal("""{"t":"end","id":1,"status":{"code":0},"trailers":{}}""", await client.ReadTextAsync());
    }

    /// <summary>An event stream that is held: its head leaves with the first event, and the backend's head alone is none.</summary>
    [Fact]
    public async Task HeldStream_ThatFailsAfterItsHead_HasAStatusLine()
    {
        var server = new FakeServer("sse", FakeServer.SseLike);
        await using var gateway = await MessageModeTests.StartAsync(
            server, """ "Options": { "Sse": { "Resume": "buffer" }, "Http": { "HeaderFlushDelay": "00:01:00" } } """);
        for (var round = 0; round < 20; round++)
        {
            var answering = gateway.Http1.AskAsync(HttpMethod.Get, "/chat/feed", null, ("Accept", "text/event-stream"));
            var call = (await server.NextAsync()).OpenAnswer();
            for (var turn = 0; turn < round; turn++)
            {
                await Task.Yield();
            }

            call.End(new CallStatus(StatusCode.PermissionDenied, "expired") { Origin = StatusOrigin.Backend });
            var (response, _) = await answering;
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }
}
