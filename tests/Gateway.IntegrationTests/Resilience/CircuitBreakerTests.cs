using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Resilience;

/// <summary>While most calls to a cluster fail, calls are refused, each in its client's own words, and nobody asks the servers.</summary>
public sealed class CircuitBreakerTests
{
    private const string Circuit = """{ "CircuitBreaker": { "MinimumThroughput": 4, "BreakDuration": "00:00:05" } }""";

    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("grpc", "/retry.v1.Retry/Add")]
    [InlineData("http", "/")]
    public async Task Circuit_Opens_Refuses_TriesOne_AndCloses(string protocol, string path)
    {
        var isUp = false;
        var success = Success(protocol);
        await using var fixture = await ResilienceFixture.StartAsync(protocol, Circuit, a: (context, number) => isUp ? success(context, number) : Failure(protocol)(context, number));
        Task<(HttpResponseMessage Response, string Body)> AskAsync() => fixture.Gateway.Http1.AskAsync(HttpMethod.Post, path, Answers.Json("{}"));
        Assert.Contains("gateway_circuit_state{cluster=\"two\"} 0", await fixture.MetricsAsync(), StringComparison.Ordinal);

        // 1. Failures are told as they are until there are enough of them.
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync()).Response.StatusCode);
        }

        Assert.Equal(4, fixture.A.Requests.Count);

        // 2. Open: the server is not asked, the client is told when to come back.
        var refused = await AskAsync();
        Assert.Contains("refused", refused.AssertStatus(HttpStatusCode.ServiceUnavailable, 14).Message(), StringComparison.Ordinal);
        Assert.Equal(Break, refused.Response.Headers.RetryAfter?.Delta);
        Assert.Contains("google.rpc.RetryInfo", refused.Body, StringComparison.Ordinal);
        Assert.Equal(4, fixture.A.Requests.Count);
        var metrics = await fixture.MetricsAsync();
        Assert.Contains("gateway_circuit_state{cluster=\"two\"} 2", metrics, StringComparison.Ordinal);
        Assert.Contains("status=\"UNAVAILABLE\"} 5", metrics, StringComparison.Ordinal);

        // 3. One is let through to try, and fails: open again.
        fixture.Clock.Advance(Break);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync()).Response.StatusCode);
        Assert.Equal(5, fixture.A.Requests.Count);
        (await AskAsync()).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);
        Assert.Equal(5, fixture.A.Requests.Count);

        // 4. The next one that tries succeeds: closed.
        isUp = true;
        fixture.Clock.Advance(Break);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Response.StatusCode);
        Assert.Contains("gateway_circuit_state{cluster=\"two\"} 0", await fixture.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenCircuit_IsToldInEachEdgesWords()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Circuit, a: Failure("grpc"));
        await OpenAsync(fixture);

        var request = new HttpRequestMessage(HttpMethod.Post, "/retry.v1.Retry/Add") { Content = new ByteArrayContent([0, 0, 0, 0, 0]), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.ContentType = new("application/grpc");
        var grpc = await fixture.Gateway.Http2.SendAsync(request, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, grpc.StatusCode);
        Assert.Equal("14", Assert.Single(grpc.Headers.GetValues("grpc-status")));
        Assert.Equal("5000", Assert.Single(grpc.Headers.GetValues("grpc-retry-pushback-ms")));

        var sse = await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Watch", Answers.Json("{}"), ("Accept", "text/event-stream"));
        sse.AssertStatus(HttpStatusCode.ServiceUnavailable, 14);

        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(fixture.Gateway.Address("/retry.v1.Retry/Watch", "ws"), Wait.Token()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, socket.HttpStatusCode);
        Assert.Equal(4, fixture.A.Requests.Count);
    }

    [Fact]
    public async Task AnswersThatBlameTheCall_OpenNothing()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Circuit, a: static (context, _) => ScriptedServer.FailAsync(context, 3));

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Add", Answers.Json("{}"))).Response.StatusCode);
        }

        Assert.Equal(8, fixture.A.Requests.Count);
    }

    [Theory]
    [InlineData("grpc", "/retry.v1.Retry/Watch")]
    [InlineData("http", "/")]
    public async Task StreamThatGoesOn_DoesNotKeepTheCircuitHalfOpen(string protocol, string path)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isUp = false;
        await using var fixture = await ResilienceFixture.StartAsync(protocol, Circuit, a: async (context, number) =>
        {
            if (!isUp)
            {
                await Failure(protocol)(context, number);
                return;
            }

            context.Response.ContentType = protocol == "grpc" ? "application/grpc" : "text/plain";
            await context.Response.Body.WriteAsync(protocol == "grpc" ? ScriptedServer.Frame(ResilienceFixture.Hello) : "hello\n"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await end.Task.WaitAsync(Wait.Token());
            if (protocol == "grpc")
            {
                context.Response.AppendTrailer("grpc-status", "0");
            }
        });
        await OpenAsync(fixture, path);
        isUp = true;
        fixture.Clock.Advance(Break);

        // The one that tries has its first bytes and goes on; others pass beside it.
        using var first = await OpenStreamAsync(fixture, path);
        using var second = await OpenStreamAsync(fixture, path);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        end.SetResult();
        Assert.Contains("hello", await first.Content.ReadAsStringAsync(Wait.Token()), StringComparison.Ordinal);
        Assert.Contains("hello", await second.Content.ReadAsStringAsync(Wait.Token()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_KeepsTheCircuitOfAClusterThatDidNotChange()
    {
        await using var fixture = await ResilienceFixture.StartAsync("grpc", Circuit, a: Failure("grpc"));
        await OpenAsync(fixture);

        Assert.Empty(await fixture.ReloadAsync("""{ "all": { "ClusterId": "two", "Match": { "Path": "/{**path}" }, "Timeout": "00:00:20" } }"""));
        await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Add", Answers.Json("{}"));

        Assert.Equal(4, fixture.A.Requests.Count);
    }

    [Fact]
    public async Task RetriesCount_AndACircuitThatOpensEndsThem()
    {
        await using var fixture = await ResilienceFixture.StartAsync(
            "grpc", """{ "Retry": { "Attempts": 10, "Backoff": "00:00:00" }, "CircuitBreaker": { "MinimumThroughput": 4 } }""", a: Failure("grpc"), b: Failure("grpc"));

        (await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, "/retry.v1.Retry/Read", Answers.Json("{}"))).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);

        Assert.Equal(4, fixture.A.Requests.Count + fixture.B.Requests.Count);
    }

    private static async Task OpenAsync(ResilienceFixture fixture, string path = "/retry.v1.Retry/Add")
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await fixture.Gateway.Http1.AskAsync(HttpMethod.Post, path, Answers.Json("{}"))).Response.StatusCode);
        }
    }

    private static Task<HttpResponseMessage> OpenStreamAsync(ResilienceFixture fixture, string path) =>
        fixture.Gateway.Http1.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = Answers.Json("{}") }, HttpCompletionOption.ResponseHeadersRead, Wait.Token());

    private static Func<HttpContext, int, Task> Success(string protocol) => protocol == "grpc"
        ? static (context, _) => ScriptedServer.ReplyAsync(context, ResilienceFixture.Hello)
        : static (context, _) => context.Response.WriteAsync("hello");

    private static Func<HttpContext, int, Task> Failure(string protocol) => protocol == "grpc"
        ? static (context, _) => ScriptedServer.FailAsync(context, 14)
        : static (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
}
