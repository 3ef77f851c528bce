using System.Net;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Gateway.IntegrationTests.Resilience;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>A resource that is polled for clients of event streams (PROTOCOLS §10.7 cell 13).</summary>
public sealed class PollingTests
{
    private const string Often = "\"Interval\": \"00:00:00.002\"";

    [Fact]
    public async Task EachChange_IsAnEventWithItsETag_AndTheRequestsAreConditional()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => number switch
        {
            1 => AnswerAsync(context, "one", "\"a\""),
            3 => AnswerAsync(context, "two", "\"b\""),
            > 3 when number % 2 == 0 => AnswerAsync(context, "two", "\"b\""),
            _ => NotModifiedAsync(context),
        });
        await using var gateway = await StartAsync(server, Often);
        using var response = await OpenAsync(gateway, ("If-None-Match", "\"z\""));
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        Assert.Equal(new SseEvent("message", "one", "\"a\""), await events.ReadAsync(Wait.Token()));
        Assert.Equal(new SseEvent("message", "two", "\"b\""), await events.ReadAsync(Wait.Token()));

        // The same again, by a server that does not look at the condition, is no event.
        await Wait.UntilAsync(() => server.Requests.Count >= 8, "the resource is polled on");
        server.Answer = static (context, _) => AnswerAsync(context, "three", "\"c\"");
        Assert.Equal(new SseEvent("message", "three", "\"c\""), await events.ReadAsync(Wait.Token()));
        Assert.Null(response.Headers.ETag);
        Assert.Equal(["", "\"a\"", "\"a\"", "\"b\""], server.Requests.Take(4).Select(static seen => seen.Headers.GetValueOrDefault("if-none-match", "")));
        Assert.All(server.Requests, static seen => Assert.Equal("red", seen.Headers["x-team"]));
    }

    [Fact]
    public async Task LastEventId_IsTheFirstCondition()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => number == 1 ? NotModifiedAsync(context) : AnswerAsync(context, "new", "W/\"8.1\""));
        await using var gateway = await StartAsync(server, Often);
        using var response = await OpenAsync(gateway, ("Last-Event-ID", "\"7\""));
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        var first = await events.ReadAsync(Wait.Token());

        Assert.Equal("new", first!.Data);
        Assert.Equal(["\"7\"", "\"7\""], server.Requests.Take(2).Select(static seen => seen.Headers["if-none-match"]));
        Assert.DoesNotContain(server.Requests, static seen => seen.Headers.ContainsKey("last-event-id"));

        // Its id comes back as it was given.
        using var again = await OpenAsync(gateway, ("Last-Event-ID", first.Id));
        server.Answer = static (context, _) => AnswerAsync(context, "newer", "W/\"8.2\"");
        Assert.Equal("newer", (await new SseEvents(await again.Content.ReadAsStreamAsync()).ReadAsync(Wait.Token()))!.Data);
        Assert.Contains(server.Requests, static seen => seen.Headers.GetValueOrDefault("if-none-match") == "W/\"8.1\"");
    }

    [Theory]
    [InlineData("true", "b")]
    [InlineData("false", "a")]
    public async Task WithoutETag_BodiesAreCompared(string changedOnly, string second)
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => AnswerAsync(context, number < 4 ? "a" : "b", null));
        await using var gateway = await StartAsync(server, $"{Often}, \"ChangedOnly\": {changedOnly}");
        using var response = await OpenAsync(gateway);
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        Assert.Equal("a", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal(second, (await events.ReadAsync(Wait.Token()))!.Data);
    }

    [Fact]
    public async Task FailuresInARow_EndTheStream_OneInBetweenDoesNot()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => number switch
        {
            1 => AnswerAsync(context, "one", null),
            2 or 3 => RefuseAsync(context, 503),
            4 => AnswerAsync(context, "two", null),
            _ => RefuseAsync(context, 503),
        });
        await using var gateway = await StartAsync(server, Often);
        using var response = await OpenAsync(gateway);
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        Assert.Equal("one", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("two", (await events.ReadAsync(Wait.Token()))!.Data);
        var end = await events.ReadAsync(Wait.Token());
        Assert.Equal("error", end!.Name);
        Assert.Contains("\"code\":14", end.Data);
        Assert.Null(await events.ReadAsync(Wait.Token()));
        Assert.Equal(7, server.Requests.Count);
    }

    [Fact]
    public async Task Refusal_EndsTheStreamAtOnce()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => number == 1 ? AnswerAsync(context, "one", null) : RefuseAsync(context, 404));
        await using var gateway = await StartAsync(server, Often);
        using var response = await OpenAsync(gateway);
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        Assert.Equal("one", (await events.ReadAsync(Wait.Token()))!.Data);
        var end = await events.ReadAsync(Wait.Token());
        Assert.Equal("error", end!.Name);
        Assert.Contains("\"code\":5", end.Data);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(503, 3)]
    public async Task FailureBeforeAnything_HasTheServersStatusLine(int status, int requests)
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, (context, _) => RefuseAsync(context, status));
        await using var gateway = await StartAsync(server, Often);

        var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/things", null, ("Accept", "text/event-stream"));

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Interval_IsWaited_AndEndsWithTheClient()
    {
        var clock = new FakeTimeProvider();
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, number) => AnswerAsync(context, $"{number}", null));
        await using var gateway = await StartAsync(server, "\"Interval\": \"01:00:00\"", clock);
        using var response = await OpenAsync(gateway);
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());
        Assert.Equal("1", (await events.ReadAsync(Wait.Token()))!.Data);

        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Single(server.Requests);

        // Nothing tells a test that the wait has begun.
        var next = events.ReadAsync(Wait.Token());
        await Wait.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return next.IsCompleted;
            },
            "the next answer");
        Assert.Equal("message", (await next)!.Name);
    }

    [Fact]
    public async Task RequestWithABody_IsSentOnce()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, _) => AnswerAsync(context, "done", null));
        await using var gateway = await StartAsync(server, Often);

        var (_, body) = await gateway.Http1.AskAsync(HttpMethod.Post, "/things", new StringContent("x"), ("Accept", "text/event-stream"));

        Assert.Contains("data: done", body);
        Assert.Contains("event: end", body);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task AnswerThatIsAStream_IsPassedOnAndNotPolled()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync("id: 5\ndata: one\n\ndata: [DONE]\n\n");
        });
        await using var gateway = await StartAsync(server, Often);

        var (_, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/things", null, ("Accept", "text/event-stream"));

        Assert.Contains("id: 5\ndata: one\n", body);
        Assert.Contains("event: end", body);
        Assert.Single(server.Requests);
    }

    private static Task AnswerAsync(HttpContext context, string body, string? etag)
    {
        context.Response.ContentType = "text/plain";
        context.Response.Headers.ETag = etag;
        return context.Response.WriteAsync(body);
    }

    private static Task NotModifiedAsync(HttpContext context) => RefuseAsync(context, 304);

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task<RunningGateway> StartAsync(ScriptedServer server, string poll, TimeProvider? clock = null) => RunningGateway.StartAsync(
        $$"""
        { "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "polled", "Match": { "Path": "/{**path}" } } },
            "Clusters": { "polled": { "Http": { "Poll": { {{poll}} } }, "Destinations": { "a": { "Address": "{{server.Address}}" } } } } } }
        """,
        options => clock is null ? options : options with { Clock = clock });

    private static async Task<HttpResponseMessage> OpenAsync(RunningGateway gateway, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, gateway.Address("/things?x=1"));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("x-team", "red");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}
