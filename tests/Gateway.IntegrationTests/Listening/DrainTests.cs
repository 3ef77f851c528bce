using System.Net;
using Gateway.Dispatch;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Microsoft.Extensions.Time.Testing;
using Samples.Library;

namespace Gateway.IntegrationTests.Listening;

/// <summary>A gateway told to stop: not ready any more, streams may go on for a while, then each ends with a word its client can read.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task OpenStreams_EndAsUnavailable_WhileReadinessSaysDraining()
    {
        var clock = new FakeTimeProvider();
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        var gateway = await RunningGateway.StartAsync(Configuration(library), options => options with { Clock = clock });
        using var admin = new HttpClient { BaseAddress = gateway.AdminUrl };
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Url };
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/ready", Wait.Token())).StatusCode);

        // 1. An event stream, a conversation with the gRPC server, and one with a process: all in the middle of it.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/behaviours:stream?count=1&hang=true");
        request.Headers.Add("Accept", "text/event-stream");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());
        Assert.Equal("message", (await events.ReadAsync(Wait.Token()))?.Name);
        using var chat = await WebSocketClient.ConnectAsync(gateway.Address("/library.v1.Behaviours/Chat", "ws"));
        await chat.SendTextAsync("""{"text":"hello"}""");
        Assert.Contains("hello", await chat.ReadTextAsync());
        using var process = await WebSocketClient.ConnectAsync(gateway.Address("/cat", "ws"));
        await process.SendTextAsync("""{"text":"hello"}""");
        Assert.Contains("hello", await process.ReadTextAsync());
        Assert.Single(ChildProcesses.List());

        // 2. Told to stop: the admin port says so, and nobody is cut off yet.
        var stopping = gateway.DisposeAsync().AsTask();
        HttpResponseMessage ready;
        do
        {
            ready = await admin.GetAsync("/health/ready", Wait.Token());
        }
        while (ready.StatusCode == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("draining", await ready.Content.ReadAsStringAsync());
        await chat.SendTextAsync("""{"text":"still here"}""");
        Assert.Contains("still here", await chat.ReadTextAsync());
        Assert.False(stopping.IsCompleted);

        // 3. Patience is over. Read before the stop is awaited: a close that waits for its echo would hold it up.
        clock.Advance(CallDrain.Patience);
        var last = await events.ReadAsync(Wait.Token());
        Assert.Equal("error", last?.Name);
        Assert.Contains("\"code\":14", last?.Data);
        Assert.Null(await events.ReadAsync(Wait.Token()));
        Assert.Contains("\"code\":14", await chat.ReadTextAsync());
        Assert.Null(await chat.ReadTextAsync());
        Assert.Equal((4503, true), (chat.CloseCode, chat.CloseReason.Length > 0));
        await chat.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, Wait.Token());
        Assert.Contains("\"code\":14", await process.ReadTextAsync());
        Assert.Null(await process.ReadTextAsync());
        Assert.Equal(4503, process.CloseCode);
        await process.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, Wait.Token());

        // 4. The stop ends, and RunningGateway has seen that no process is left and no error was logged.
        await stopping.WaitAsync(Wait.Long);
    }

    [Fact]
    public async Task CallsThatEndInTime_EndAsUsual_AndTheStopDoesNotWaitLonger()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        var gateway = await RunningGateway.StartAsync(Configuration(library), static options => options with { Clock = new FakeTimeProvider() });
        using var chat = await WebSocketClient.ConnectAsync(gateway.Address("/library.v1.Behaviours/Chat", "ws"));
        await chat.SendTextAsync("""{"text":"hello"}""");
        Assert.Contains("hello", await chat.ReadTextAsync());

        var stopping = gateway.DisposeAsync().AsTask();
        await chat.SendTextAsync("""{"text":"bye","finish":true}""");
        Assert.Contains("bye", await chat.ReadTextAsync());
        Assert.Null(await chat.ReadTextAsync());
        Assert.Equal(1000, chat.CloseCode);
        await chat.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, Wait.Token());

        // The clock stands still: nothing but the end of the last call can have ended this.
        await stopping.WaitAsync(Wait.Long);
    }

    private static string Configuration(LibraryServer library) => $$"""
        { "ReverseProxy": {
          "Routes": {
            "rest": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
            "rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Behaviours/{method}" } },
            "cat": { "ClusterId": "cat", "Match": { "Path": "/cat" } } },
          "Clusters": {
            "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{library.Address}}" } } },
            "cat": { "Protocol": "stdio", "Process": { "Command": "cat" } } }
        } }
        """;
}
