using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Microsoft.Extensions.Time.Testing;
using Samples.Library;

namespace Gateway.IntegrationTests.Events;

/// <summary>Clients that lose their event stream and come back.</summary>
public sealed class SseResumeTests
{
    private const string Shelf = "science";
    private const string Watch = $"/v1/shelves/{Shelf}:watch";

    [Fact]
    public async Task Buffer_EachEventOnce_WhereverTheStreamIsCut()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"buffer\""));
        var path = $"{Watch}?after={await LastEventAsync(gateway)}";

        // 1. Three books come, and the stream is cut after the second.
        var (first, cut) = await OpenAsync(gateway, path);
        await AddBookAsync(gateway, "one");
        await AddBookAsync(gateway, "two");
        Assert.Equal(["one", "two"], await TitlesAsync(first, 2));
        Assert.Matches("^[a-z2-7]{26}\\.2$", first.LastId);
        cut.Dispose();
        await AddBookAsync(gateway, "three");

        // 2. Back with the last id: what was missed comes first, then what happens.
        var (second, again) = await OpenAsync(gateway, path, first.LastId);
        Assert.Equal(["three"], await TitlesAsync(second, 1));
        await AddBookAsync(gateway, "four");
        Assert.Equal(["four"], await TitlesAsync(second, 1));
        Assert.EndsWith(".4", second.LastId);

        // 3. Back with an older id, as a client does whose last events were lost on the way: they come again.
        var (third, last) = await OpenAsync(gateway, path, first.LastId);
        Assert.Equal(["three", "four"], await TitlesAsync(third, 2));

        // 4. The connection that was taken over learns it, and for good.
        var end = await second.ReadAsync(Wait.Token());
        Assert.Equal("error", end?.Name);
        Assert.Equal(10, Code(end!));
        Assert.EndsWith(".end", second.LastId);
        again.Dispose();
        last.Dispose();
    }

    [Fact]
    public async Task Buffer_EndIsHeldToo_AndAcknowledgedWith204()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"buffer\""));
        var (events, response) = await OpenAsync(gateway, "/v1/behaviours:stream?key=k&count=3");
        var ids = new List<string>();
        while (await events.ReadAsync(Wait.Token()) is { Name: not "end" } read)
        {
            ids.Add(read.Id);
        }

        response.Dispose();
        Assert.Equal(3, ids.Count);
        var (tail, again) = await OpenAsync(gateway, "/v1/behaviours:stream?key=k&count=3", ids[1]);
        Assert.Equal(ids[2], (await tail.ReadAsync(Wait.Token()))!.Id);
        Assert.Equal("end", (await tail.ReadAsync(Wait.Token()))!.Name);
        Assert.Null(await tail.ReadAsync(Wait.Token()));
        again.Dispose();

        var (status, _) = await AskAsync(gateway, "/v1/behaviours:stream?key=k&count=3", tail.LastId);
        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal(1, library.Ledger.State("k").Counters.Started);

        // What was acknowledged is held no longer.
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(gateway, "/v1/behaviours:stream?key=k&count=3", ids[1])).Status);
    }

    [Fact]
    public async Task Buffer_OtherPrincipalWithTheRightKey_GetsNothing()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"buffer\""));
        const string Path = "/v1/behaviours:stream?key=k&count=2&hang=true";
        var (events, response) = await OpenAsync(gateway, Path, null, ("Authorization", "Bearer alice"));
        Assert.NotNull(await events.ReadAsync(Wait.Token()));
        Assert.NotNull(await events.ReadAsync(Wait.Token()));
        var first = events.LastId[..^1] + "1";

        foreach (var other in ((string, string)[][])[[("Authorization", "Bearer mallory")], []])
        {
            var (status, body) = await AskAsync(gateway, Path, first, other);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.DoesNotContain("index", body);
        }

        // The owner's stream has not noticed.
        var (again, second) = await OpenAsync(gateway, Path, first, ("Authorization", "Bearer alice"));
        Assert.Equal(first[..^1] + "2", (await again.ReadAsync(Wait.Token()))!.Id);
        response.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Buffer_AfterTheLingerTime_TheBackendIsCancelled()
    {
        var clock = new FakeTimeProvider();
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(
            Configuration(library, "\"Resume\": \"buffer\", \"ResumeBuffer\": { \"Linger\": \"00:01:00\" }"), options => options with { Clock = clock });
        const string Path = "/v1/behaviours:stream?key=k&count=1&hang=true";
        var (events, response) = await OpenAsync(gateway, Path);
        Assert.NotNull(await events.ReadAsync(Wait.Token()));
        Assert.Contains("gateway_sse_streams_held{route=\"library\"} 1", await MetricsAsync(gateway));
        response.Dispose();

        // The gateway's clock starts when it notices that the client has left, which nothing tells a test.
        await Wait.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return library.Ledger.State("k").Counters is { Cancelled: 1, Active: 0 };
            },
            "the backend is cancelled");
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(gateway, Path, events.LastId)).Status);
        Assert.Contains("gateway_sse_streams_held{route=\"library\"} 0", await MetricsAsync(gateway));
    }

    [Fact]
    public async Task Buffer_WhatIsNoLongerHeld_IsTold()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"buffer\", \"ResumeBuffer\": { \"Events\": 3 }"));
        const string Path = "/v1/behaviours:stream?key=k&count=10&hang=true";
        var (events, response) = await OpenAsync(gateway, Path);
        for (var i = 0; i < 10; i++)
        {
            Assert.NotNull(await events.ReadAsync(Wait.Token()));
        }

        response.Dispose();
        var key = events.LastId[..events.LastId.IndexOf('.')];
        var (lost, second) = await OpenAsync(gateway, Path, key + ".2");
        var told = await lost.ReadAsync(Wait.Token());
        Assert.Equal("error", told?.Name);
        Assert.Equal(15, Code(told!));
        Assert.Equal(key + ".end", lost.LastId);
        Assert.Null(await lost.ReadAsync(Wait.Token()));
        second.Dispose();

        // What is held can still be had.
        var (held, third) = await OpenAsync(gateway, Path, key + ".7");
        Assert.Equal(key + ".8", (await held.ReadAsync(Wait.Token()))!.Id);
        third.Dispose();
    }

    [Fact]
    public async Task Buffer_OverAProcess_GoesOnWithTheSameProcess()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
              "Routes": { "lines": { "ClusterId": "lines", "Match": { "Path": "/lines" }, "Options": { "Sse": { "Resume": "buffer", "ResumeBuffer": { "Linger": "00:00:10" } } } } },
              "Clusters": { "lines": { "Protocol": "stdio", "Process": { "Command": "/bin/sh", "Arguments": [ "-c", "for i in 1 2 3 4 5; do echo $$-$i; done; exec sleep 1000" ], "Stop": { "Grace": "00:00:00.1" } } } }
            } }
            """);
        var (events, response) = await OpenAsync(gateway, "/lines");
        var first = (await events.ReadAsync(Wait.Token()))!;
        Assert.NotNull(await events.ReadAsync(Wait.Token()));
        response.Dispose();

        var (again, second) = await OpenAsync(gateway, "/lines", events.LastId);
        var process = first.Data.Split('-')[0];
        Assert.Equal($"{process}-3", (await again.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal($"{process}-4", (await again.ReadAsync(Wait.Token()))!.Data);
        second.Dispose();
    }

    [Fact]
    public async Task Buffer_FailureBeforeTheFirstEvent_IsAnHttpStatus()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"buffer\""));
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(gateway, "/v1/behaviours:stream?key=k&failure.code=7", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(gateway, "/v1/behaviours:stream?nonsense=1", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(gateway, "/v1/behaviours:stream?key=k", "abcdefghijklmnopqrstuvwxyz.1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(gateway, "/v1/behaviours:stream?key=k", "nonsense")).Status);
    }

    [Fact]
    public async Task Field_TheBackendGoesOnAfterTheLastId()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(
            Configuration(library, "\"Resume\": \"field\", \"ResumeField\": { \"Request\": \"after\", \"Response\": \"sequence\" }"));
        var path = $"{Watch}?after={await LastEventAsync(gateway)}";
        var (first, cut) = await OpenAsync(gateway, path);
        await AddBookAsync(gateway, "one");
        await AddBookAsync(gateway, "two");
        var one = (await first.ReadAsync(Wait.Token()))!;
        Assert.Equal(JsonDocument.Parse(one.Data).RootElement.GetProperty("sequence").GetString(), one.Id);
        cut.Dispose();

        var (second, again) = await OpenAsync(gateway, path + "&count=2", one.Id);
        Assert.Equal(["two"], await TitlesAsync(second, 1));
        await AddBookAsync(gateway, "three");
        Assert.Equal(["three"], await TitlesAsync(second, 1));
        var last = second.LastId;
        Assert.Equal("end", (await second.ReadAsync(Wait.Token()))!.Name);
        Assert.Equal(last + ".end", second.LastId);
        again.Dispose();

        Assert.Equal(HttpStatusCode.NoContent, (await AskAsync(gateway, path, second.LastId)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(gateway, path, "nonsense")).Status);
    }

    [Theory]
    [InlineData("\"Resume\": \"field\"", "'field' needs the key 'ResumeField'")]
    [InlineData("\"Resume\": \"field\", \"ResumeField\": { \"Request\": \"afterwards\", \"Response\": \"sequence\" }", "has no field 'afterwards'")]
    [InlineData("\"Resume\": \"field\", \"ResumeField\": { \"Request\": \"after\", \"Response\": \"time\" }", "is no cursor")]
    public async Task Field_ThatIsNone_IsToldAtLoad(string options, string expected)
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"Resume\": \"none\""));
        var problems = await gateway.ReloadAsync(Configuration(library, options));
        Assert.Contains(problems, problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
    }

    private static string Configuration(LibraryServer library, string sse) => $$"""
        { "ReverseProxy": {
          "Routes": { "library": { "ClusterId": "library", "Match": { "Path": "/{**path}" }, "Options": { "Sse": { {{sse}} }, "Http": { "HeaderFlushDelay": "00:00:00.1" } } } },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{library.Address}}" } } } }
        } }
        """;

    /// <summary>What has happened on the shelf so far is of no interest to a test.</summary>
    private static async Task<string> LastEventAsync(RunningGateway gateway)
    {
        await AddBookAsync(gateway, "before");
        var (events, response) = await OpenAsync(gateway, Watch);
        while (true)
        {
            var read = JsonDocument.Parse((await events.ReadAsync(Wait.Token()))!.Data).RootElement;
            if (read.GetProperty("title").GetString() == "before")
            {
                response.Dispose();
                return read.GetProperty("sequence").GetString()!;
            }
        }
    }

    private static async Task AddBookAsync(RunningGateway gateway, string title)
    {
        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Post, $"/v1/shelves/{Shelf}/books", Answers.Json($"{{\"title\":\"{title}\"}}"));
        Assert.True(response.IsSuccessStatusCode, body);
    }

    private static async Task<(SseEvents Events, HttpResponseMessage Response)> OpenAsync(
        RunningGateway gateway, string path, string? lastId = null, params (string Name, string Value)[] headers)
    {
        var request = Request(gateway, path, lastId, headers);
        var response = await gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())}");
        return (new SseEvents(await response.Content.ReadAsStreamAsync()), response);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(RunningGateway gateway, string path, string? lastId, params (string Name, string Value)[] headers)
    {
        using var response = await gateway.Http1.SendAsync(Request(gateway, path, lastId, headers), Wait.Token());
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Request(RunningGateway gateway, string path, string? lastId, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, gateway.Address(path));
        request.Headers.Add("Accept", "text/event-stream");
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<List<string>> TitlesAsync(SseEvents events, int count)
    {
        var titles = new List<string>();
        while (titles.Count < count)
        {
            var read = await events.ReadAsync(Wait.Token());
            Assert.Equal("message", read?.Name);
            titles.Add(JsonDocument.Parse(read!.Data).RootElement.GetProperty("title").GetString()!);
        }

        return titles;
    }

    private static int Code(SseEvent read) => JsonDocument.Parse(read.Data).RootElement.GetProperty("code").GetInt32();

    private static async Task<string> MetricsAsync(RunningGateway gateway)
    {
        using var admin = new HttpClient { BaseAddress = gateway.AdminUrl };
        return await admin.GetStringAsync("/metrics", Wait.Token());
    }
}
