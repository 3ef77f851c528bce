using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Resilience;

/// <summary>A call that failed is tried again where that is worth it, allowed and possible, and its client does not notice.</summary>
public sealed class RetryTests
{
    private const string Retry = """{ "Retry": { "Backoff": "00:00:00" } }""";

    private static readonly byte[] Asked = [0x0a, 3, .. "abc"u8];

    private static Task Unavailable(HttpContext context, int number) => ScriptedServer.FailAsync(context, 14);

    private static Task Http503(HttpContext context, int number)
    {
        context.Response.StatusCode = 503;
        return context.Response.WriteAsync("busy");
    }

    [Fact]
    public async Task DeadDestination_CarriedCall_GoesToTheLiveOne_WithItsBody()
    {
        var (dead, holder) = ScriptedServer.Dead();
        using var held = holder;
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, deadA: dead);

        // Add promises nothing: it may go on only because nobody has seen it.
        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Add", Answers.Json("""{"text":"abc"}"""));

        Assert.Equal((HttpStatusCode.OK, """{"text":"hello"}"""), (response.StatusCode, body));
        Assert.Equal(ScriptedServer.Frame(Asked), Assert.Single(fixture.B.Requests).Body);
    }

    [Fact]
    public async Task DeadDestination_ForwardedRequest_GoesToTheLiveOne_WithItsBody()
    {
        var (dead, holder) = ScriptedServer.Dead();
        using var held = holder;
        await using var fixture = await ResilienceFixture.StartAsync("http", Retry, deadA: dead);
        var sent = new string('x', 300_000);

        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/things?x=1", new StringContent(sent));

        Assert.Equal((HttpStatusCode.OK, "hello"), (response.StatusCode, body));
        Assert.Equal(sent, Encoding.UTF8.GetString(Assert.Single(fixture.B.Requests).Body));
    }

    [Fact]
    public async Task DeadDestination_ForwardedGrpcCall_GoesToTheLiveOne()
    {
        var (dead, holder) = ScriptedServer.Dead();
        using var held = holder;
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, deadA: dead);

        var response = await GrpcAsync(fixture, "/retry.v1.Retry/Add", "application/grpc+proto");

        Assert.Equal("0", Trailer(response));
        var seen = Assert.Single(fixture.B.Requests);
        Assert.Equal("application/grpc+proto", seen.Headers["content-type"]);
        Assert.Equal(ScriptedServer.Frame(Asked), seen.Body);
    }

    [Theory]
    [InlineData("Read", true)]
    [InlineData("Replace", true)]
    [InlineData("Add", false)]
    public async Task CarriedCall_IsRepeatedWhereItsAuthorAllowsIt(string method, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: Unavailable);

        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/" + method, Answers.Json("""{"text":"abc"}"""));

        Assert.Equal(repeated ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(repeated, body == """{"text":"hello"}""");
        Assert.Single(fixture.A.Requests);
        Assert.Equal(repeated ? 1 : 0, fixture.B.Requests.Count);
    }

    [Theory]
    [InlineData("Read", true)]
    [InlineData("Add", false)]
    public async Task ForwardedGrpcCall_IsRepeatedWhereItsAuthorAllowsIt(string method, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: Unavailable);

        var response = await GrpcAsync(fixture, "/retry.v1.Retry/" + method);

        Assert.Equal(repeated ? "0" : "14", Trailer(response));
        Assert.Equal(repeated ? 1 : 0, fixture.B.Requests.Count);
    }

    [Theory]
    [InlineData("PUT", null, true)]
    [InlineData("DELETE", null, true)]
    [InlineData("POST", "key-1", true)]
    [InlineData("POST", null, false)]
    [InlineData("PATCH", null, false)]
    public async Task ForwardedRequest_IsRepeatedWhenItIsIdempotent(string verb, string? key, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("http", Retry, a: Http503);
        (string, string)[] headers = key is null ? [] : [("Idempotency-Key", key)];

        var (response, body) = await fixture.Gateway.Http1.AskAsync(new HttpMethod(verb), "/", new StringContent("the body"), headers);

        Assert.Equal(repeated ? (HttpStatusCode.OK, "hello") : (HttpStatusCode.ServiceUnavailable, "busy"), (response.StatusCode, body));
        Assert.Equal(repeated ? 1 : 0, fixture.B.Requests.Count);
        Assert.All(fixture.B.Requests, static request => Assert.Equal("the body", Encoding.UTF8.GetString(request.Body)));
    }

    [Fact]
    public async Task AllMethods_RepeatsEverything()
    {
        await using var fixture = await ResilienceFixture.StartAsync("http", """{ "Retry": { "Backoff": "00:00:00", "AllMethods": true } }""", a: Http503);

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/", new StringContent("the body"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task HeadersOfAFailedAttempt_AreNotAnswered()
    {
        await using var fixture = await ResilienceFixture.StartAsync("http", Retry, a: static (context, number) =>
        {
            context.Response.Headers["x-first"] = "1";
            return Http503(context, number);
        });

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("x-first"));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task BodyOverTheLimit_HasOneAttempt(int length, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("http", """{ "Retry": { "Backoff": "00:00:00", "BodyLimit": 64 } }""", a: Http503);

        // By its length, and found out while it is read.
        foreach (var chunked in new[] { false, true })
        {
            var content = new ByteArrayContent(new byte[length]);
            var request = new HttpRequestMessage(HttpMethod.Put, "/") { Content = content };
            request.Headers.TransferEncodingChunked = chunked ? true : null;
            var response = await fixture.Gateway.Http1.SendAsync(request, Wait.Token());

            Assert.Equal(repeated ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        Assert.All(fixture.A.Requests, request => Assert.Equal(length, request.Body.Length));
        Assert.Equal(repeated ? 2 : 0, fixture.B.Requests.Count);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(60_000, false)]
    [InlineData(0, true)]
    public async Task Pushback_IsTheServersToSay(int milliseconds, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: (context, _) => ScriptedServer.FailAsync(context, 14, milliseconds));

        var (carried, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));
        var forwarded = await GrpcAsync(fixture, "/retry.v1.Retry/Read");

        Assert.Equal(repeated ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, carried.StatusCode);
        Assert.Equal(repeated ? "0" : "14", Trailer(forwarded));
        Assert.Equal(milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null, carried.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("60", false)]
    [InlineData("0", true)]
    public async Task RetryAfter_IsTheServersToSay(string seconds, bool repeated)
    {
        await using var fixture = await ResilienceFixture.StartAsync("http", Retry, a: (context, number) =>
        {
            context.Response.Headers.RetryAfter = seconds;
            return Http503(context, number);
        });

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Get, "/");

        Assert.Equal(repeated ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Attempts_AreCounted_AndTheLastAnswerIsTold()
    {
        await using var fixture = await ResilienceFixture.StartAsync(
            "grpc", """{ "Retry": { "Attempts": 4, "Backoff": "00:00:00" } }""", a: Unavailable, b: Unavailable);

        (await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"))).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);

        // Each destination once; after that they are all there again, and a is the first.
        Assert.Equal((3, 1), (fixture.A.Requests.Count, fixture.B.Requests.Count));
        var metrics = await fixture.MetricsAsync();
        Assert.Contains("""gateway_retries_total{gateway_route="all",outcome="failure"} 3""", metrics, StringComparison.Ordinal);
        Assert.Contains("""gateway_calls_total{gateway_backend="grpc",gateway_edge="http",gateway_route="all",status="UNAVAILABLE"} 1""", Sorted(metrics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusThatIsNotNamed_IsTold()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: static (context, _) => ScriptedServer.FailAsync(context, 9));

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(fixture.B.Requests);
    }

    [Fact]
    public async Task StreamThatHasBegun_IsNotRepeated()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: static (context, _) => ScriptedServer.ReplyAsync(context, ResilienceFixture.Hello, code: 14));

        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Watch", Answers.Json("{}"));
        var forwarded = await GrpcAsync(fixture, "/retry.v1.Retry/Watch");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("""{"result":{"text":"hello"}}""", body, StringComparison.Ordinal);
        Assert.Contains("\"error\"", body, StringComparison.Ordinal);
        Assert.Equal("14", Trailer(forwarded));
        Assert.Empty(fixture.B.Requests);
    }

    [Fact]
    public async Task StreamThatHasNotBegun_IsRepeated()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Retry, a: Unavailable);

        var (ndjson, lines) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Watch", Answers.Json("{}"));
        var (sse, events) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Watch", Answers.Json("{}"), ("Accept", "text/event-stream"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ndjson.StatusCode, sse.StatusCode));
        Assert.Equal("{\"result\":{\"text\":\"hello\"}}\n", lines);
        Assert.Contains("""data: {"text":"hello"}""", events, StringComparison.Ordinal);
        Assert.Equal((2, 2), (fixture.A.Requests.Count, fixture.B.Requests.Count));
    }

    [Fact]
    public async Task Deadline_IsOneForAllAttempts()
    {
        ResilienceFixture? running = null;
        await using var fixture = running = await ResilienceFixture.StartAsync("grpc", Retry, a: (context, _) =>
        {
            running!.Clock.Advance(TimeSpan.FromSeconds(20));
            return ScriptedServer.FailAsync(context, 14);
        }, b: (context, _) =>
        {
            running!.Clock.Advance(TimeSpan.FromSeconds(10));
            return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });

        (await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"))).AssertStatus(HttpStatusCode.GatewayTimeout, 4);

        Assert.StartsWith("30", fixture.A.Requests[0].Headers["grpc-timeout"], StringComparison.Ordinal);
        Assert.StartsWith("10", fixture.B.Requests[0].Headers["grpc-timeout"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoTimeLeftForTheWait_TellsTheFailure()
    {
        await using var fixture = await ResilienceFixture.StartAsync(
            "grpc", """{ "Retry": { "Backoff": "00:00:40", "MaxBackoff": "00:01:20", "Jitter": false } }""", a: Unavailable);

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(fixture.B.Requests);
    }

    [Theory]
    [InlineData("grpc", "/retry.v1.Retry/Read")]
    [InlineData("http", "/")]
    public async Task SlowAttempt_IsGivenUp_AndAnotherIsMade(string protocol, string path)
    {
        ResilienceFixture? running = null;
        await using var fixture = running = await ResilienceFixture.StartAsync(
            protocol, """{ "Timeout": "00:00:05", "Retry": { "Backoff": "00:00:00" } }""", a: (context, _) =>
            {
                running!.Clock.Advance(TimeSpan.FromSeconds(5));
                return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            });

        var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Put, path, protocol == "grpc" ? Answers.Json("{}") : new StringContent("x"));
        if (protocol == "grpc")
        {
            // PUT is not how the method is called; POST is, and its author promised.
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, path, Answers.Json("{}"));
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("hello", body, StringComparison.Ordinal);
        Assert.Single(fixture.A.Requests);
    }

    [Theory]
    [InlineData("grpc", "/retry.v1.Retry/Add")]
    [InlineData("http", "/")]
    public async Task SlowAttempt_WithoutRetry_IsTold(string protocol, string path)
    {
        ResilienceFixture? running = null;
        await using var fixture = running = await ResilienceFixture.StartAsync(protocol, """{ "Timeout": "00:00:05" }""", a: (context, _) =>
        {
            running!.Clock.Advance(TimeSpan.FromSeconds(5));
            return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });

        var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, path, Answers.Json("{}"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Empty(fixture.B.Requests);
    }

    [Fact]
    public async Task ClientThatLeavesBetweenAttempts_IsCountedAsGone()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", """{ "Retry": { "Backoff": "00:00:20", "MaxBackoff": "00:00:20" } }""", a: Unavailable);
        using var leaving = new CancellationTokenSource();
        var asking = fixture.Gateway.Http1.PostAsync(new Uri("/retry.v1.Retry/Read", UriKind.Relative), Answers.Json("{}"), leaving.Token);
        await Wait.UntilAsync(() => fixture.A.Requests.Count == 1, "the first attempt");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        var metrics = "";
        using var limit = new CancellationTokenSource(Wait.Long);
        while (!metrics.Contains("status=\"CANCELLED\"} 1", StringComparison.Ordinal))
        {
            limit.Token.ThrowIfCancellationRequested();
            metrics = await fixture.MetricsAsync();
        }

        Assert.Contains("gateway_active_calls{gateway_backend=\"grpc\",gateway_edge=\"http\",gateway_route=\"all\"} 0", Sorted(metrics), StringComparison.Ordinal);
        Assert.Empty(fixture.B.Requests);
    }

    [Fact]
    public async Task PassiveHealth_SeesEachAttempt()
    {
        var (dead, holder) = ScriptedServer.Dead();
        using var held = holder;
        await using var fixture = await ResilienceFixture.StartAsync(
            "grpc", Retry + """, "HealthCheck": { "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "01:00:00" } }""", deadA: dead);

        for (var i = 0; i < 30; i++)
        {
            var (response, _) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Add", Answers.Json("{}"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        // Once the dead one has left the rotation, no call needs a second attempt.
        var line = Sorted(await fixture.MetricsAsync()).Split('\n').Single(static l => l.StartsWith("gateway_retries_total{", StringComparison.Ordinal));
        Assert.InRange(int.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture), 1, 20);
    }

    [Fact]
    public async Task ProcessThatCannotBeStarted_IsTriedAgain()
    {
        // There when the file is checked, gone when it is called.
        var tool = Path.Combine(Directory.CreateTempSubdirectory("tool-").FullName, "no-such-tool-anywhere");
        File.Copy("/bin/cat", tool);
        await using var gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
              "Routes": { "all": { "ClusterId": "tool", "Match": { "Path": "/{**path}" } } },
              "Clusters": { "tool": { "Protocol": "stdio", "Instances": 2, "Process": { "Command": "{{tool}}" },
                "Resilience": { "Retry": { "Attempts": 2, "Backoff": "00:00:00" } } } }
            } }
            """);
        gateway.Log.Expect("no-such-tool-anywhere");
        Directory.Delete(Path.GetDirectoryName(tool)!, recursive: true);

        (await gateway.Http1.AskAsync(HttpMethod.Post, "/", Answers.Json("{}"))).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);

        using var admin = new HttpClient { BaseAddress = gateway.AdminUrl };
        Assert.Contains("""gateway_retries_total{gateway_route="all",outcome="failure"} 1""", await admin.GetStringAsync("/metrics", Wait.Token()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoDestination_IsCounted()
    {
        await using var fixture = await ResilienceFixture.StartAsync(
            "grpc", """{}, "HealthCheck": { "AvailableDestinationsPolicy": "HealthyAndUnknown", "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "01:00:00" } }""",
            a: static (context, _) => Abort(context), b: static (context, _) => Abort(context));
        var asked = 0;
        string text;
        do
        {
            Assert.True(++asked < 100);
            var (response, body) = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Add", Answers.Json("{}"));
            text = body;
        }
        while (!text.Contains("No destination", StringComparison.Ordinal));

        var ended = Sorted(await fixture.MetricsAsync()).Split('\n').Where(static l => l.StartsWith("gateway_calls_total{", StringComparison.Ordinal))
            .Sum(static l => int.Parse(l[(l.IndexOf('}', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture));
        Assert.Equal(asked, ended);
    }

    private static Task Abort(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static async Task<HttpResponseMessage> GrpcAsync(ResilienceFixture fixture, string path, string contentType = "application/grpc")
    {
        var content = new ByteArrayContent(ScriptedServer.Frame(Asked));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        var response = await fixture.Gateway.Http2.SendAsync(request, Wait.Token());
        await response.Content.LoadIntoBufferAsync(Wait.Token());
        return response;
    }

    private static string? Trailer(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) || response.Headers.TryGetValues("grpc-status", out trailing)) ? trailing.Single() : null;

    /// <summary>The metrics with the labels of each series in the order of their names.</summary>
    private static string Sorted(string metrics) => string.Join('\n', metrics.Split('\n').Select(static line =>
    {
        var (open, close) = (line.IndexOf('{', StringComparison.Ordinal), line.IndexOf('}', StringComparison.Ordinal));
        return open < 0 || line[0] == '#' ? line : line[..(open + 1)] + string.Join(',', line[(open + 1)..close].Split(',').Order(StringComparer.Ordinal)) + line[close..];
    }));
}
