using System.Net;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Gateway.IntegrationTests.Resilience;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>Answers of HTTP servers to clients that follow them, and what HTTP clients are told at the end of a call.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task EventStreamOfAnHttpServer_IsReadByTheClustersRules()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync("event: noise\ndata: 1\n\nevent: item\ndata: 2\n\nevent: failed\ndata: {\"code\":8,\"message\":\"quota\"}\n\n");
        });
        await using var gateway = await RunningGateway.StartAsync(Configuration(
            $$""" "Protocol": "http", "Sse": { "EventFilter": [ "item" ], "ErrorEvents": [ "failed" ] }, "Destinations": { "a": { "Address": "{{server.Address}}" } } """));

        var (_, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/feed", null, ("Accept", "text/event-stream"));

        Assert.DoesNotContain("noise", body);
        Assert.Contains("event: item\ndata: 2\n", body);
        Assert.Contains("event: error\ndata: {\"code\":8,\"message\":\"quota\",\"details\":[]}", body);
    }

    [Fact]
    public async Task EventStreamOfAnHttpServer_ThatStopsUnannounced_IsToldWhereTheClusterSaysSo()
    {
        await using var server = await ScriptedServer.StartAsync(http2: false, static (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync("data: 1\n\n");
        });
        await using var gateway = await RunningGateway.StartAsync(Configuration(
            $$""" "Protocol": "http", "Sse": { "EndOfStream": "unavailable" }, "Destinations": { "a": { "Address": "{{server.Address}}" } } """));

        var (_, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/feed", null, ("Accept", "text/event-stream"));

        Assert.Contains("data: 1\n", body);
        Assert.Contains("event stream ended without terminator", body);
    }

    [Fact]
    public async Task TextWithoutALength_ArrivesLineByLine()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedServer.StartAsync(http2: false, async (context, _) =>
        {
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("on");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("e\r\n\ntwo");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(Wait.Long);
            await context.Response.WriteAsync(" and a half\nthree");
        });
        await using var gateway = await RunningGateway.StartAsync(Configuration($$""" "Protocol": "http", "Destinations": { "a": { "Address": "{{server.Address}}" } } """));
        using var request = new HttpRequestMessage(HttpMethod.Get, gateway.Address("/log"));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        using var response = await gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());

        Assert.Equal("one", (await events.ReadAsync(Wait.Token()))!.Data);
        seen.SetResult();
        Assert.Equal("two and a half", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("three", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("end", (await events.ReadAsync(Wait.Token()))!.Name);
    }

    [Fact]
    public async Task OneAnswer_OfAStatusWithoutBody_HasNone()
    {
        await using var gateway = await RunningGateway.StartAsync(Configuration(
            """ "Protocol": "stdio", "Process": { "Command": "/bin/sh", "Framing": "cgi", "Arguments": [ "-c", "printf 'Status: 204\\nX-Team: red\\n\\nnot for you'" ] } """,
            "\"Reply\": \"first\""));

        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/gone");

        Assert.Equal((HttpStatusCode.NoContent, "", null), (response.StatusCode, body, response.Content.Headers.ContentType));
        Assert.Equal("red", Assert.Single(response.Headers.GetValues("x-team")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trailers_AreHeadersOfOneAnswer_AndTrailersWhereTheyAreTaken(bool wanted)
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", "{}", a: WithTrailersAsync);
        var options = wanted ? ", \"Options\": { \"Http\": { \"Trailers\": true } }" : "";
        Assert.Empty(await fixture.ReloadAsync($$"""{ "all": { "ClusterId": "two", "Match": { "Path": "/{**path}" } {{options}} } }"""));

        var (plain, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));
        var (taken, _) = await fixture.Gateway.Http2.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"), ("TE", "trailers"));
        var (stream, _) = await fixture.Gateway.Http2.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Watch", Answers.Json("{}"), ("TE", "trailers"));
        var (untaken, _) = await fixture.Gateway.Http2.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));

        Assert.Equal(wanted, plain.Headers.Contains("grpc-trailer-x-cost"));
        Assert.Equal(wanted, taken.Headers.Contains("grpc-trailer-x-cost"));
        Assert.Equal(wanted, taken.TrailingHeaders.Contains("x-cost"));
        Assert.Equal(wanted, stream.TrailingHeaders.Contains("x-cost"));
        Assert.False(stream.Headers.Contains("grpc-trailer-x-cost"));
        Assert.Empty(untaken.TrailingHeaders);
        Assert.All((HttpResponseMessage[])[plain, taken, stream], static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task Trailers_OfACallThatFailed_AreHeadersOfItsStatus()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", "{}", a: static (context, _) =>
        {
            context.Response.Headers["x-cost"] = "7";
            return ScriptedServer.FailAsync(context, 5);
        });
        Assert.Empty(await fixture.ReloadAsync("""{ "all": { "ClusterId": "two", "Match": { "Path": "/{**path}" }, "Options": { "Http": { "Trailers": true } } } }"""));

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("7", Assert.Single(response.Headers.GetValues("grpc-trailer-x-cost")));
    }

    private static async Task WithTrailersAsync(HttpContext context, int number)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(ScriptedServer.Frame(ResilienceFixture.Hello));
        await context.Response.Body.FlushAsync();
        context.Response.AppendTrailer("x-cost", "7");
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static string Configuration(string cluster, string options = "") => $$"""
        { "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "c", "Match": { "Path": "/{**path}" }, "Options": { "Http": { {{options}} } } } },
            "Clusters": { "c": { {{cluster}} } } } }
        """;
}
