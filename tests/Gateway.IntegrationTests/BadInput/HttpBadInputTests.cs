using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;

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

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task ErrorInsideAnArray_BreaksTheAnswerOff(string version)
    {
        var client = version == "2.0" ? Gateway.Http2 : Gateway.Http1;
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/behaviours:stream?key={Key}&count=2&failure.code=13")
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "Accept", "application/json" } },
        };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var error = await Assert.ThrowsAnyAsync<Exception>(() => reader.ReadToEndAsync());
        Assert.True(error is HttpIOException or HttpRequestException, error.ToString());
    }

    [Fact]
    public async Task ErrorInsideAnArray_NeverWritesTheBracket()
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Url);
        await connection.SendAsync($"GET /v1/behaviours:stream?key={Key}&count=2&failure.code=13 HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n");
        var answer = await connection.ReadToEndAsync();
        Assert.Contains("\"index\":\"1\"", answer);
        Assert.DoesNotContain("]", answer);
        Assert.DoesNotContain("\r\n0\r\n\r\n", answer);
    }

    [Fact]
    public async Task BackendResetsInMidStream_IsTheLastLine()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/v1/behaviours:stream?key={Key}&count=2&reset=true", null, ("Accept", "application/x-ndjson"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("{\"error\":", body.TrimEnd().Split('\n')[^1]);
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
            "GET /v1/behaviours/echo/a HTTP/1.1\r\nHost: x\r\nConnection: close, x-hop\r\nx-hop: 1\r\nx-good: 2\r\nx-latin: caf\u00e9\r\n"
            + "grpc-timeout: nonsense\r\nproxy-authorization: x\r\nx-forwarded-for: 6.6.6.6\r\n\r\n");
        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 ", answer);
        Assert.Contains("\"x-good\"", answer);
        Assert.DoesNotContain("\"x-latin\"", answer);
        Assert.DoesNotContain("proxy-authorization", answer);
        Assert.DoesNotContain("6.6.6.6", answer);
        Assert.DoesNotContain("\"x-hop\"", answer);
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
