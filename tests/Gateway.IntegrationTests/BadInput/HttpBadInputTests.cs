using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.BadInput;

/// <summary>What an HTTP client is told when it, or the backend, does it wrong.</summary>
public sealed class HttpBadInputTests(BadInputFixture fixture) : GatewayTest<BadInputFixture>(fixture)
{
    private const string Echo = "/v1/behaviours:echo";

    [Theory]
    [InlineData("{\"text\":\"a\",}", "line 1")]
    [InlineData("{\"text\":\n\n  nonsense}", "line 3")]
    [InlineData("{\"text\":\"cut", "line 1")]
    [InlineData("[]", "object")]
    public async Task MalformedJson_SaysWhere(string body, string where)
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, Echo, Answers.Json(body))).AssertStatus(HttpStatusCode.BadRequest, 3);
        Assert.Contains(where, status.Message(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(Echo, "{\"replySize\":\"many\"}", "reply")]
    [InlineData(Echo, "{\"payload\":7}", "payload")]
    [InlineData(Echo, "{\"replyHeaders\":{\"a\":1}}", "reply")]
    [InlineData(Echo, "{\"tekst\":\"a\"}", "tekst")]
    [InlineData("/v1/shelves/fiction/books", "{\"title\":\"x\",\"genre\":\"GENRE_NONSENSE\"}", "genre")]
    [InlineData("/v1/shelves/fiction/books", "{\"title\":\"x\",\"publishTime\":\"yesterday\"}", "publish")]
    public async Task WrongOrUnknownField_IsNamed(string path, string body, string field)
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, path, Answers.Json(body))).AssertStatus(HttpStatusCode.BadRequest, 3);
        var violation = Assert.Single(status.Violations());
        Assert.Contains(field, violation, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TooDeep_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 20)) + "1" + new string('}', 20);
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/small/v1/shelves/fiction/books", Answers.Json($"{{\"title\":\"x\",\"notes\":{deep}}}")))
            .AssertStatus(HttpStatusCode.BadRequest, 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TooLarge_Is413(bool isChunked)
    {
        HttpContent body = Answers.Json($"{{\"key\":\"{Key}\",\"text\":\"{new string('x', 5000)}\"}}");
        if (isChunked)
        {
            body = new StreamContent(new Unseekable(await body.ReadAsStreamAsync())) { Headers = { { "Content-Type", "application/json" } } };
        }

        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/small" + Echo, body)).AssertStatus(HttpStatusCode.RequestEntityTooLarge, 8);
        Assert.Equal(0, Fixture.Library.Ledger.State(Key).Counters.Started);
    }

    [Fact]
    public async Task OverMaxRequestBodySize_Is413()
    {
        var body = Answers.Json($"{{\"key\":\"{Key}\",\"text\":\"{new string('x', 2000)}\"}}");
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/body" + Echo, body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(0, Fixture.Library.Ledger.State(Key).Counters.Started);
    }

    [Fact]
    public async Task AnswerTooLarge_Is502()
    {
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/small" + Echo, Answers.Json("{\"replySize\":10000}"))).AssertStatus(HttpStatusCode.BadGateway, 8);
    }

    [Theory]
    [InlineData("/v1/shelves/a%2/books/b")]
    [InlineData("/v1/shelves/a%zz/books/b")]
    [InlineData("/v1/books?page_token=%f")]
    [InlineData("/v1/behaviours/echo/%ff%fe")]
    public async Task BadPercentEscape_Is400(string target)
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task WrongMethod_Is405WithAllow()
    {
        var answer = await Gateway.Http1.AskAsync(HttpMethod.Put, "/v1/books");
        answer.AssertStatus(HttpStatusCode.MethodNotAllowed, 12);
        Assert.Contains("GET", answer.Response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Options_ListsWhatIsAllowed()
    {
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Options, "/v1/shelves/fiction/books/frankenstein");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("DELETE", response.Content.Headers.Allow);
        Assert.Contains("GET", response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Head_IsGetWithoutBody()
    {
        var (get, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/v1/shelves/fiction/books/frankenstein");
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        var (head, none) = await Gateway.Http1.AskAsync(HttpMethod.Head, "/v1/shelves/fiction/books/frankenstein");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("", none);
        Assert.Equal(Encoding.UTF8.GetByteCount(body), head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task UnknownPathOfARoute_Is404AsStatus() =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, "/v1/nothing/here")).AssertStatus(HttpStatusCode.NotFound, 5);

    [Fact]
    public async Task NoRoute_Is404()
    {
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/no/such/route");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public async Task WrongContentType_Is415(string type)
    {
        var body = new StringContent("{}");
        body.Headers.Remove("Content-Type");
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        (await Gateway.Http1.AskAsync(HttpMethod.Post, Echo, body)).AssertStatus(HttpStatusCode.UnsupportedMediaType, 3);
    }

    [Fact]
    public async Task NotAcceptable_Is406() =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books", null, ("Accept", "text/html"))).AssertStatus(HttpStatusCode.NotAcceptable, 3);

    [Fact]
    public async Task UnknownQueryParameter_IsNamed()
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books?page_sice=2")).AssertStatus(HttpStatusCode.BadRequest, 3);
        Assert.Contains("page_sice", status.Message());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task UnreachableBackend_Is502(string accept)
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/dead/v1/behaviours:hang", null, ("Accept", accept))).AssertStatus(HttpStatusCode.BadGateway, 14);
        Assert.DoesNotContain("127.0.0.1", status.Message());
    }

    [Fact]
    public async Task ErrorInsideAnArray_OverHttp2_ResetsTheStream()
    {
        var (lines, content) = await ChatAsync("application/json");
        Assert.Contains("one", await ReadAsync(lines));
        await content.WriteAsync(Failing, Wait.Token());
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await ReadAsync(lines) is { Length: > 0 } part)
            {
                Assert.DoesNotContain("]", part);
            }
        });
        Assert.True(error is HttpProtocolException { ErrorCode: 2 } or HttpRequestException or HttpIOException, error.ToString());
    }

    [Fact]
    public async Task ErrorInsideAnArray_OverHttp1_NeverWritesTheBracket()
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync("POST /v1/behaviours:chat HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
        await connection.SendAsync(Chunk($"{{\"key\":\"{Key}\",\"text\":\"one\"}}\n"));
        Assert.Contains("[", await connection.ReadUntilAsync("\"one\""));
        await connection.SendAsync(Chunk("{\"text\":\"two\",\"failure\":{\"code\":13}}\n"));
        var rest = await connection.ReadToEndAsync();
        Assert.DoesNotContain("]", rest);
        Assert.DoesNotContain("0\r\n\r\n", rest);
    }

    [Fact]
    public async Task BackendResetsInMidStream_IsTheLastLine()
    {
        var (lines, content) = await ChatAsync("application/x-ndjson");
        Assert.Contains("one", await ReadAsync(lines));
        await content.WriteAsync("{\"text\":\"two\",\"repeat\":-1,\"reset\":true}\n"u8.ToArray(), Wait.Token());
        var rest = await new StreamReader(lines).ReadToEndAsync(Wait.Token());
        Assert.StartsWith("{\"error\":", rest);
        content.Close();
    }

    [Fact]
    public async Task ErrorInTheSecondLineOfAStream_SaysWhichAndCancelsTheBackend()
    {
        var body = new StringContent($"{{\"key\":\"{Key}\",\"text\":\"a\"}}\n{{\"key\":\"{Key}\",\"tekst\":\"b\"}}\n", Encoding.UTF8, "application/x-ndjson");
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:collect", body)).AssertStatus(HttpStatusCode.BadRequest, 3);
        Assert.Contains("2", status.Message());
        Assert.Contains("tekst", status.Message());
    }

    [Fact]
    public async Task ClientThatLeavesInsideItsBody_LeavesNothing()
    {
        var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync($"POST /v1/behaviours:collect HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n{{\"key\":\"{Key}\"}}\n");
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters.Received == 1, Wait.Token());
        connection.Reset();
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task EarlyAnswer_DoesNotWaitForTheRestOfTheBody()
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync($"POST /v1/behaviours:collect HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n{{\"key\":\"{Key}\",\"stop\":true}}\n");
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadUntilAsync("\"count\""));
    }

    [Fact]
    public async Task GrpcOverHttp1_Is426()
    {
        var body = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } };
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/library.v1.Behaviours/Echo", body);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task EdgeTheRouteDoesNotServe_SaysWhichItServes()
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync("GET /http-only/v1/behaviours:stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var answer = await connection.ReadUntilAsync("}");
        Assert.StartsWith("HTTP/1.1 404 ", answer);
        Assert.Contains("http", answer);
    }

    [Fact]
    public async Task HostileHeaders_DoNotCross()
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync(
            "GET /v1/behaviours/echo/a HTTP/1.1\r\nHost: x\r\nConnection: x-hop\r\nx-hop: 1\r\nx-good: 2\r\nx-latin: caf\u00e9\r\n"
            + "grpc-timeout: nonsense\r\nproxy-authorization: x\r\nx-forwarded-for: 6.6.6.6\r\n\r\n");
        var answer = await connection.ReadUntilAsync("\"peer\"");
        Assert.StartsWith("HTTP/1.1 200 ", answer);
        Assert.Contains("\"x-good\"", answer);
        Assert.DoesNotContain("\"x-latin\"", answer);
        Assert.DoesNotContain("proxy-authorization", answer);
        Assert.DoesNotContain("6.6.6.6", answer);
        Assert.DoesNotContain("\"x-hop\"", answer);
    }

    private static ReadOnlyMemory<byte> Failing => "{\"text\":\"two\",\"failure\":{\"code\":13}}\n"u8.ToArray();

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static async Task<string> ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Wait.Token()));
    }

    /// <summary>Opens a call that streams both ways over HTTP/2, says `one`, and leaves the answer to be read.</summary>
    private async Task<(Stream Answers, PushContent Requests)> ChatAsync(string accept)
    {
        var content = new PushContent();
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/behaviours:chat")
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "Accept", accept } },
        };
        var sending = Gateway.Http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        await content.WriteAsync(Encoding.UTF8.GetBytes($"{{\"key\":\"{Key}\",\"text\":\"one\"}}\n"), Wait.Token());
        return (await (await sending).Content.ReadAsStreamAsync(), content);
    }

    /// <summary>A body whose length nobody knows leaves in chunks.</summary>
    private sealed class Unseekable(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
