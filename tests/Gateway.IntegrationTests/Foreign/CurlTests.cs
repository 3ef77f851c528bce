using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>curl as the client, before Node.js, Python, nginx and shell tools.</summary>
[Collection(nameof(ForeignFixture))]
public sealed class CurlTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    private const string Grpc = "npm:@grpc/grpc-js";

    [NeedsTheory("curl", Grpc)]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2-prior-knowledge", "2")]
    public async Task Grpc_IsAskedByEveryVersionOfHttp(string option, string version)
    {
        var answer = await CurlAsync("/v1/behaviours/echo/hi", option, "-H", "x-team: red", "-w", " %{http_version} %{http_code} %{content_type}");
        Assert.StartsWith("{\"text\":\"hi\",", answer, StringComparison.Ordinal);
        Assert.Contains("""{"key":"x-team","value":"red"}""", answer, StringComparison.Ordinal);
        Assert.EndsWith($"}} {version} 200 application/json", answer, StringComparison.Ordinal);
    }

    [NeedsTheory("curl", Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("stdio")]
    public async Task ServerStream_IsLinesOrEvents(string backend)
    {
        Assert.Equal(
            "{\"result\":{\"index\":\"1\"}}\n{\"result\":{\"index\":\"2\"}}\n",
            await CurlAsync("/v1/behaviours:stream?count=2", "-N", "-H", "x-backend: " + backend));
        var events = await CurlAsync("/v1/behaviours:stream?count=2", "-N", "-H", "Accept: text/event-stream", "-H", "x-backend: " + backend);
        Assert.Contains("\ndata: {\"index\":\"2\"}\n\n", events, StringComparison.Ordinal);
        Assert.Contains("\nevent: end\n", events, StringComparison.Ordinal);
    }

    [NeedsTheory("curl", Grpc, "python3", "jq")]
    [InlineData("grpc", "gone")]
    [InlineData("ws", "no such book")]
    [InlineData("http", "no such book")]
    [InlineData("stdio", "no such book")]
    public async Task Failure_HasAStatusLineAndItsDetails(string backend, string message)
    {
        var answer = await CurlAsync("/v1/behaviours:fail", "-i", "-H", "x-backend: " + backend, "-H", "Content-Type: application/json", "-d", "{}");
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains(message, answer, StringComparison.Ordinal);
        Assert.Contains("google.rpc.ErrorInfo", answer, StringComparison.Ordinal);
    }

    [NeedsTheory("curl", "python3")]
    [InlineData("http")]
    [InlineData("sse")]
    public async Task EventStreamOfPython_IsEvents(string backend)
    {
        var events = await CurlAsync("/v1/behaviours:stream?count=2", "-N", "-H", "Accept: text/event-stream", "-H", "x-backend: " + backend);
        Assert.Contains("data: {\"index\":", events, StringComparison.Ordinal);
        Assert.Contains("event: end\n", events, StringComparison.Ordinal);
    }

    [NeedsTheory("curl", Grpc, "python3", "jq")]
    [InlineData("grpc", "--http1.1")]
    [InlineData("ws", "--http1.1")]
    [InlineData("stdio", "--http1.1")]
    [InlineData("http", "--http1.1")]
    [InlineData("stdio", "--http2-prior-knowledge")]
    public async Task Upload_OfUnknownLengthIsAStreamOfRequests(string backend, string option)
    {
        await using var curl = ForeignProcess.Start(
            "curl", "-sS", option, "-X", "POST", "-T", "-", "-H", "Content-Type: application/x-ndjson", "-H", "x-backend: " + backend,
            Fixture.Gateway.Address("/v1/behaviours:collect").ToString());
        await curl.SayAsync("""{"text":"a"}""");
        await curl.SayAsync("""{"text":"b"}""");
        curl.EndInput();
        var answer = await curl.ReadAsync();
        Assert.Equal("2", answer.GetProperty("count").GetString());
        Assert.Equal("b", answer.GetProperty("texts")[1].GetString());
    }

    [NeedsTheory("curl", "nginx")]
    [InlineData("/nginx/one.json", "data: {\"n\":1}\n\n", 200)]
    [InlineData("/nginx/lines", "data: {\"n\":1}\n\nid: ", 200)]
    [InlineData("/nginx/lines", "data: {\"n\":2}\n\nid: ", 200)]
    [InlineData("/nginx/busy", "come back later", 503)]
    [InlineData("/nginx/nothing", "\"code\":5", 404)]
    public async Task Nginx_IsReadAsEvents(string path, string expected, int status)
    {
        var answer = await CurlAsync(path, "-N", "-i", "-H", "Accept: text/event-stream");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Equal(path == "/nginx/busy", answer.Contains("Retry-After: 7\r\n", StringComparison.OrdinalIgnoreCase));
    }

    [NeedsFact("curl", "nginx")]
    public async Task Nginx_IsForwardedToAsItIs()
    {
        var answer = await CurlAsync("/nginx/busy", "-i");
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nServer: nginx", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\ncome back later", answer, StringComparison.Ordinal);
    }

    [NeedsFact("curl", "python3")]
    public async Task CgiProgram_IsAskedAndAnswers()
    {
        var answer = await CurlAsync("/cgi/report?x=1&y=2", "-i", "-H", "x-team: red", "-H", "Content-Type: text/plain", "-d", "a body");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Program: python\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(
            """{"method": "POST", "path": "/report", "query": "x=1&y=2", "type": "text/plain", "team": "red", "body": "a body"}""",
            answer, StringComparison.Ordinal);
        Assert.Equal("nothing here 404", await CurlAsync("/cgi/missing", "-w", " %{http_code}"));
        Assert.EndsWith(" 500", await CurlAsync("/cgi/crash", "-w", " %{http_code}"), StringComparison.Ordinal);
    }

    [NeedsTheory("curl", "python3", "jq")]
    [InlineData("jq", "{\"n\":1}\n{\"n\":5}", "{\"n\":2}\n{\"n\":6}\n")]
    [InlineData("sed", "a\nb", "> a\n> b\n")]
    [InlineData("awk", "one two\nthree", "2\n1\n")]
    [InlineData("bash", "one two\nthree\n", "7\n5\n")]
    [InlineData("python", "abc\ndef", "cba\nfed\n")]
    public async Task Tool_IsAPipe(string tool, string body, string answer) => Assert.Equal(
        answer, await CurlAsync("/" + tool, "-H", "Content-Type: text/plain", "-H", "Accept: text/plain", "--data-binary", body));

    private Task<string> CurlAsync(string path, params string[] options) =>
        Programs.RunAsync("curl", ["-sS", .. options, Fixture.Gateway.Address(path).ToString()]);
}
