using System.Net;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.BadInput;

/// <summary>Event streams at their edges: reconnects, silence, what cannot be streamed.</summary>
public sealed class SseBadInputTests(BadInputFixture fixture) : GatewayTest<BadInputFixture>(fixture)
{
    private static readonly (string, string) Accept = ("Accept", "text/event-stream");

    [Fact]
    public async Task Reconnect_AfterTheEnd_Is204AndDoesNotCallAgain()
    {
        var path = $"/v1/behaviours:stream?key={Key}&count=2";
        var events = await OpenAsync(path);
        while (await events.ReadAsync(Wait.Token()) is { Name: not "end" })
        {
        }

        Assert.EndsWith(".end", events.LastId);
        Assert.Equal("3000", events.Retry);
        var before = Fixture.Library.Ledger.State(Key).Counters.Started;
        Assert.Equal(1, before);

        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, path, null, Accept, ("Last-Event-ID", events.LastId));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("", body);
        Assert.Equal(before, Fixture.Library.Ledger.State(Key).Counters.Started);
    }

    [Fact]
    public async Task Reconnect_BeforeTheEnd_RunsAgain()
    {
        var path = $"/v1/behaviours:stream?key={Key}&count=1";
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, path, null, Accept, ("Last-Event-ID", "abcdefgh.1"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("event: end", body);
        Assert.Equal(1, Fixture.Library.Ledger.State(Key).Counters.Started);
    }

    [Fact]
    public async Task PermanentFailure_CarriesTheEndId_TransientOneDoesNot()
    {
        var (_, permanent) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/v1/behaviours:stream?key={Key}&count=1&failure.code=3", null, Accept);
        Assert.Matches("id: [a-z2-7]{8}\\.end\nevent: error\n", permanent);
        var (_, transient) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/v1/behaviours:stream?key={Key}&count=1&failure.code=14", null, Accept);
        Assert.Contains("\n\nevent: error\n", transient);
        Assert.DoesNotContain(".end", transient);
    }

    [Fact]
    public async Task Silence_IsFilledWithHeartbeats()
    {
        var events = await OpenAsync($"/v1/behaviours:stream?key={Key}&count=1&hang=true");
        Assert.NotNull(await events.ReadAsync(Wait.Token()));
        Assert.True(await events.ReadCommentAsync(Wait.Token()));
        Assert.True(await events.ReadCommentAsync(Wait.Token()));
        events.Dispose();
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task StreamWithoutAFirstMessage_OpensAllTheSame()
    {
        // EventSource must see `open`, and proxies bytes, long before anything happens.
        var events = await OpenAsync($"/v1/behaviours:hang?key={Key}");
        Assert.True(await events.ReadCommentAsync(Wait.Token()));
        events.Dispose();
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task MethodThatStreamsRequests_IsRefusedWithTheReason()
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:collect", Answers.Json("{}"), Accept)).AssertStatus(HttpStatusCode.NotImplemented, 12);
        Assert.Contains("one way only", status.Message());
        Assert.Contains("websocket", status.Message());
    }

    [Fact]
    public async Task Answer_ForbidsBufferingAndTransforming()
    {
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/v1/behaviours:stream?key={Key}&count=1", null, Accept, ("Accept-Encoding", "gzip, br"));
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Contains("no-transform", response.Headers.CacheControl!.ToString());
        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Curl_SeesEventsAndTheEnd()
    {
        var output = await Programs.RunAsync("curl", "-sN", "-H", "Accept: text/event-stream", Gateway.Address($"/v1/behaviours:stream?key={Key}&count=3").ToString());
        Assert.Equal(3, output.Split("data: {\"").Length - 2);
        Assert.Contains("event: end", output);
    }

    private async Task<Disposable> OpenAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/event-stream" } } };
        var response = await Gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new Disposable(response, await response.Content.ReadAsStreamAsync());
    }

    private sealed class Disposable(HttpResponseMessage response, Stream stream) : IDisposable
    {
        private readonly SseEvents _events = new(stream);

        public string LastId => _events.LastId;

        public string? Retry => _events.Retry;

        public Task<SseEvent?> ReadAsync(CancellationToken cancellationToken) => _events.ReadAsync(cancellationToken);

        public Task<bool> ReadCommentAsync(CancellationToken cancellationToken) => _events.ReadCommentAsync(cancellationToken);

        public void Dispose() => response.Dispose();
    }
}
