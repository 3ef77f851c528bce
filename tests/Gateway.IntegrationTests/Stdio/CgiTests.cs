using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>CGI programs behind HTTP. Source: RFC 3875; PROTOCOLS §10.7 cell 4.</summary>
public sealed class CgiTests(ProcessesFixture fixture) : GatewayTest<ProcessesFixture>(fixture)
{
    [Fact]
    public async Task Body_GoesIn_AndStatusHeadersAndBodyComeOut()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/hook/echo?x=1", Answers.Json("{\"a\":1}"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("{\"a\":1}", body);
        Assert.Equal("red", Assert.Single(response.Headers.GetValues("X-Team")));
        Assert.Equal("max-age=60", response.Headers.CacheControl?.ToString());
        Assert.Equal("identity", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.False(response.Headers.Contains("X-Hop"));
        Assert.False(response.Headers.Contains("X-Accel-Buffering"));
    }

    [Fact]
    public async Task LargeBody_ThatIsAnsweredWhileItIsRead_DoesNotDeadlock()
    {
        var bytes = new byte[1_000_000];
        Random.Shared.NextBytes(bytes);
        var request = new HttpRequestMessage(HttpMethod.Post, "/hook/echo") { Content = new ByteArrayContent(bytes) };
        using var response = await Gateway.Http1.SendAsync(request, Wait.Token());
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Wait.Token()));
    }

    [Fact]
    public async Task Variables_SayWhatIsAsked_AndNoSecrets()
    {
        var (response, body) = await Gateway.Http1.AskAsync(
            HttpMethod.Post, "/hook/env?q=a%20b", new StringContent("12345", Encoding.UTF8, "text/plain"),
            ("X-Team", "red"), ("X-Team", "blue"), ("X_Team", "forged"), ("Proxy", "http://evil"), ("Proxy-Authorization", "Basic x"),
            ("Authorization", "Bearer secret"), ("Cookie", "session=secret"), ("X-Function", "() { :; }; echo no"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var variables = body.Split('\n');
        Assert.Contains("REQUEST_METHOD=POST", variables);
        Assert.Contains("QUERY_STRING=q=a%20b", variables);
        Assert.Contains("CONTENT_TYPE=text/plain; charset=utf-8", variables);
        Assert.Contains("CONTENT_LENGTH=5", variables);
        Assert.Contains("SCRIPT_NAME=/hook", variables);
        Assert.Contains("PATH_INFO=/env", variables);
        Assert.Contains("GATEWAY_INTERFACE=CGI/1.1", variables);
        Assert.Contains("SERVER_PROTOCOL=HTTP/1.1", variables);
        Assert.Contains("SERVER_NAME=127.0.0.1", variables);
        Assert.Contains($"SERVER_PORT={Gateway.Url.Port}", variables);
        Assert.Contains("REMOTE_ADDR=127.0.0.1", variables);
        Assert.Contains(variables, static v => v.StartsWith("REMOTE_PORT=", StringComparison.Ordinal));
        Assert.Contains("HTTP_X_TEAM=red, blue", variables);
        Assert.Contains("HTTP_X_FUNCTION=() { :; }; echo no", variables);
        Assert.DoesNotContain("HTTP_PROXY", body);
        Assert.DoesNotContain("HTTP_AUTHORIZATION", body);
        Assert.DoesNotContain("HTTP_COOKIE", body);
        Assert.DoesNotContain("secret", body);
        Assert.DoesNotContain("forged", body);
        Assert.DoesNotContain("evil", body);
        Assert.DoesNotContain("DOTNET_", body);
    }

    [Fact]
    public async Task Get_HasNoContentLength()
    {
        var (_, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/hook/env");
        Assert.Contains("REQUEST_METHOD=GET\n", body);
        Assert.DoesNotContain("CONTENT_LENGTH", body);
    }

    [Fact]
    public async Task Head_HasNoBody()
    {
        using var response = await Gateway.Http1.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/hook/missing"), Wait.Token());
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Location_Is302_AndFollowedByNobody()
    {
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/hook/redirect");
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/elsewhere", response.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/hook/missing", HttpStatusCode.NotFound, "not here")]
    [InlineData("/hook/gone", HttpStatusCode.NoContent, "")]
    public async Task StatusOfItsOwn_PassesWithItsBody(string path, HttpStatusCode status, string expected)
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, path);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(expected, body);
    }

    [Theory]
    [InlineData("/hook/exit", HttpStatusCode.BadRequest, 3)]
    [InlineData("/hook/told", HttpStatusCode.NotFound, 5)]
    [InlineData("/hook/partial", HttpStatusCode.ServiceUnavailable, 14)]
    [InlineData("/hook/killed", HttpStatusCode.TooManyRequests, 8)]
    [InlineData("/hook/nothing", HttpStatusCode.BadGateway, 13)]
    [InlineData("/hook/unfinished", HttpStatusCode.BadGateway, 13)]
    [InlineData("/hook/garbage", HttpStatusCode.BadGateway, 13)]
    [InlineData("/hook/interim", HttpStatusCode.BadGateway, 13)]
    [InlineData("/hook/bomb", HttpStatusCode.BadGateway, 8)]
    [InlineData("/hook/many", HttpStatusCode.BadGateway, 13)]
    [InlineData("/hook/a/..%2f..%2fetc", HttpStatusCode.BadRequest, 3)]
    public async Task FailureBeforeTheHead_HasAStatusLine(string path, HttpStatusCode status, int code) =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, path)).AssertStatus(status, code);

    [Fact]
    public async Task HeadThatTakesLong_IsWaitedFor()
    {
        // Longer than the flush delay of this route: nothing is sent before the program has said how it opens.
        var asking = Gateway.Http1.AskAsync(HttpMethod.Get, "/hook/slow");
        await Wait.UntilAsync(static () => ChildProcesses.List().Count != 0, "the program runs");
        Assert.False(asking.IsCompleted);
        await File.WriteAllTextAsync(Fixture.Fifo, "go\n");
        Assert.Equal(HttpStatusCode.Accepted, (await asking).Response.StatusCode);
    }

    [Fact]
    public async Task LineBreakInAHeader_ForgesNone()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/hook/inject");
        Assert.Equal("fine", body);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.False(response.Headers.Contains("X-A"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailureAfterTheHead_BreaksOff(bool http2)
    {
        var client = http2 ? Gateway.Http2 : Gateway.Http1;
        var request = new HttpRequestMessage(HttpMethod.Get, "/hook/half") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(Wait.Token());
        var half = new byte[4];
        await body.ReadExactlyAsync(half, Wait.Token());
        Assert.Equal("half", Encoding.ASCII.GetString(half));

        // Now it may fail: what has arrived must not look like all of it.
        await File.WriteAllTextAsync(Fixture.Fifo, "go\n");
        await Assert.ThrowsAnyAsync<IOException>(() => body.ReadAsync(new byte[1], Wait.Token()).AsTask());
    }

    [Fact]
    public async Task Transforms_ShapeTheAnswerToo()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/shaped/echo", Answers.Json("{}"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("yes", Assert.Single(response.Headers.GetValues("X-Shaped")));
        Assert.Equal("max-age=60", response.Headers.CacheControl?.ToString());
        Assert.Equal("{}", body);
    }

    [Fact]
    public async Task EventStreamsAreTheProgramsOwn()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/hook/missing", null, ("Accept", "text/event-stream"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not here", body);
    }
}
