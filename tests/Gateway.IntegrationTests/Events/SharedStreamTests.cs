using System.Net;
using System.Text;
using System.Threading.Channels;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Events;

/// <summary>Many clients of one event stream, and of one process (PROTOCOLS §10.7 cell 16).</summary>
public sealed class SharedStreamTests
{
    [Fact]
    public async Task EventStream_IsAskedForOnce_AndWhoComesBackGetsWhatItMissed()
    {
        var feed = Channel.CreateUnbounded<string>();
        await using var server = await EventServer.StartAsync();
        server.On("/feed", async connection =>
        {
            if (connection.LastEventId.Length > 0)
            {
                await connection.WriteAsync("data: of its own\n\nevent: end\ndata: {}\n\n");
                return;
            }

            await foreach (var text in feed.Reader.ReadAllAsync(connection.Context.RequestAborted))
            {
                await connection.WriteAsync(text);
            }
        });
        await using var gateway = await RunningGateway.StartAsync(Configuration(
            $$""" { "Protocol": "sse", "Sse": { "Shared": true, "SharedMessages": 2 }, "Destinations": { "a": { "Address": "{{server.Address}}" } } } """));

        // 1. Two listen, the server is asked once.
        var (one, first) = await OpenAsync(gateway, null);
        var (two, second) = await OpenAsync(gateway, null);
        feed.Writer.TryWrite("id: 1\ndata: a\n\n");
        Assert.Equal(new SseEvent("message", "a", "1"), await one.ReadAsync(Wait.Token()));
        Assert.Equal(new SseEvent("message", "a", "1"), await two.ReadAsync(Wait.Token()));

        // 2. One leaves, and comes back.
        second.Dispose();
        feed.Writer.TryWrite("id: 2\nevent: item\ndata: b\n\n");
        Assert.Equal("b", (await one.ReadAsync(Wait.Token()))!.Data);
        var (again, third) = await OpenAsync(gateway, "1");
        Assert.Equal(new SseEvent("item", "b", "2"), await again.ReadAsync(Wait.Token()));
        Assert.Equal(["GET /feed"], server.Seen);

        // 3. An id that is held no longer is the server's to know.
        feed.Writer.TryWrite("id: 3\ndata: c\n\n");
        Assert.Equal("c", (await one.ReadAsync(Wait.Token()))!.Data);
        var (own, fourth) = await OpenAsync(gateway, "1");
        Assert.Equal("of its own", (await own.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal(["GET /feed", "GET /feed last-event-id=1"], server.Seen);
        Assert.Equal("c", (await again.ReadAsync(Wait.Token()))!.Data);
        first.Dispose();
        third.Dispose();
        fourth.Dispose();
    }

    [Fact]
    public async Task Process_RunsOnceForAllWhoListen_AndWhoComesBackGetsWhatItMissed()
    {
        var directory = Directory.CreateTempSubdirectory("shared-");
        try
        {
            var (fifo, started) = (Path.Combine(directory.FullName, "fifo"), Path.Combine(directory.FullName, "started"));
            await Programs.RunAsync("mkfifo", fifo);
            await using var gateway = await RunningGateway.StartAsync(Configuration($$"""
                { "Protocol": "stdio", "Process": { "Command": "/bin/sh", "Shared": true, "SharedMessages": 2, "Stop": { "Grace": "00:00:00.5" },
                    "Arguments": [ "-c", "echo $$ >> {{started}}; exec 3<>{{fifo}}; while read -r line <&3; do echo \"$line\"; done" ] } }
                """));
            using var writer = new FileStream(fifo, FileMode.Open, FileAccess.ReadWrite);
            Task SayAsync(string line) => writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n")).AsTask().ContinueWith(_ => writer.Flush(), TaskScheduler.Default);

            var (one, first) = await OpenAsync(gateway, null);
            var (two, second) = await OpenAsync(gateway, null);
            await SayAsync("a");
            var seen = await one.ReadAsync(Wait.Token());
            Assert.Equal("a", seen!.Data);
            Assert.Equal(seen, await two.ReadAsync(Wait.Token()));
            Assert.Single(await File.ReadAllLinesAsync(started));

            second.Dispose();
            await SayAsync("b");
            Assert.Equal("b", (await one.ReadAsync(Wait.Token()))!.Data);
            var (again, third) = await OpenAsync(gateway, seen.Id);
            Assert.Equal("b", (await again.ReadAsync(Wait.Token()))!.Data);

            await SayAsync("c");
            Assert.Equal("c", (await one.ReadAsync(Wait.Token()))!.Data);
            await SayAsync("d");
            Assert.Equal("d", (await one.ReadAsync(Wait.Token()))!.Data);

            // What is held no longer, what never was, and what is another's: DATA_LOSS, before a 200.
            foreach (var (id, who) in ((string, string?)[])[(seen.Id, null), ("~YWFhYWFhYWEuMQ", null), (one.LastId, "mallory")])
            {
                using var request = Request(gateway, id, who);
                using var lost = await gateway.Http1.SendAsync(request, Wait.Token());
                Assert.Equal(HttpStatusCode.InternalServerError, lost.StatusCode);
                Assert.Contains("\"code\":15", await lost.Content.ReadAsStringAsync());
            }

            Assert.Single(await File.ReadAllLinesAsync(started));
            first.Dispose();
            third.Dispose();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Configuration(string cluster) => $$"""
        { "ReverseProxy": {
            "Routes": { "feed": { "ClusterId": "feed", "Match": { "Path": "/{**path}" }, "Options": { "Http": { "HeaderFlushDelay": "00:00:00" } } } },
            "Clusters": { "feed": {{cluster}} } } }
        """;

    private static HttpRequestMessage Request(RunningGateway gateway, string? lastId, string? who)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, gateway.Address("/feed"));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        if (who is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", who);
        }

        return request;
    }

    private static async Task<(SseEvents Events, HttpResponseMessage Response)> OpenAsync(RunningGateway gateway, string? lastId)
    {
        var response = await gateway.Http1.SendAsync(Request(gateway, lastId, null), HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (new SseEvents(await response.Content.ReadAsStreamAsync()), response);
    }
}
