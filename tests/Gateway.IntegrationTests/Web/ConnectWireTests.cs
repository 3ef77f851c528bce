using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Grpc.Testing;

namespace Gateway.IntegrationTests.Web;

/// <summary>Connect as bytes. Source: connectrpc.com/docs/protocol.</summary>
[Collection(nameof(WebFixture))]
public sealed class ConnectWireTests(WebFixture fixture) : IDisposable
{
    private const string Unary = "/grpc.testing.TestService/UnaryCall";
    private const string Stream = "/grpc.testing.TestService/StreamingOutputCall";

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Fact]
    public async Task Unary_IsABodyEachWay_WithTrailersAsHeaders()
    {
        using var request = Post(Unary, """{"responseSize":2}""", "application/json");
        request.Headers.Add("x-grpc-test-echo-trailing-bin", "q6ur");
        using var response = await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal("""{"payload":{"body":"AAA="}}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("q6ur", response.Headers.GetValues("trailer-x-grpc-test-echo-trailing-bin").Single());
    }

    [Theory]
    [InlineData(1, "canceled", 499)]
    [InlineData(2, "unknown", 500)]
    [InlineData(3, "invalid_argument", 400)]
    [InlineData(4, "deadline_exceeded", 504)]
    [InlineData(5, "not_found", 404)]
    [InlineData(6, "already_exists", 409)]
    [InlineData(7, "permission_denied", 403)]
    [InlineData(8, "resource_exhausted", 429)]
    [InlineData(9, "failed_precondition", 400)]
    [InlineData(10, "aborted", 409)]
    [InlineData(11, "out_of_range", 400)]
    [InlineData(12, "unimplemented", 501)]
    [InlineData(13, "internal", 500)]
    [InlineData(14, "unavailable", 503)]
    [InlineData(15, "data_loss", 500)]
    [InlineData(16, "unauthenticated", 401)]
    public async Task Failure_HasTheStatusOfItsCode(int number, string code, int status)
    {
        using var response = await SendAsync(Post(Unary, $$$"""{"responseStatus":{"code":{{{number}}},"message":"why"}}""", "application/json"));
        Assert.Equal((status, "application/json"), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal($$"""{"code":"{{code}}","message":"why"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Details_AreBase64WithoutPadding_AndReadableWhereTheirTypeIsKnown()
    {
        using var response = await SendAsync(Post("/grpc/library.v1.Behaviours/Fail", """{"failure":{"code":5,"message":"no","details":true}}""", "application/json"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var details = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("details");
        var info = details.EnumerateArray().Single(static d => d.GetProperty("type").GetString() == "google.rpc.ErrorInfo");
        var value = info.GetProperty("value").GetString()!;
        Assert.DoesNotContain('=', value);
        var decoded = Google.Rpc.ErrorInfo.Parser.ParseFrom(Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '=')));
        Assert.Equal(decoded.Reason, info.GetProperty("debug").GetProperty("reason").GetString());
        Assert.False(info.GetProperty("debug").TryGetProperty("@type", out _));
    }

    [Theory]
    [InlineData("connect=v1&encoding=json&message=%7B%22responseSize%22%3A2%7D")]
    [InlineData("message=eyJyZXNwb25zZVNpemUiOjJ9&base64=1&encoding=json&connect=v1")]
    public async Task Get_AsksAMethodThatOnlyLooks(string query)
    {
        using var response = await fixture.Gateway.Http1.GetAsync("/grpc.testing.TestService/CacheableUnaryCall?" + query, Wait.Token());
        Assert.Equal("""{"payload":{"body":"AAA="}}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Get_TakesCompressedProtobuf()
    {
        var message = Uri.EscapeDataString(Convert.ToBase64String(Gzip(new SimpleRequest { ResponseSize = 2 }.ToByteArray())).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        using var response = await fixture.Gateway.Http1.GetAsync($"/grpc.testing.TestService/CacheableUnaryCall?connect=v1&encoding=proto&base64=1&compression=gzip&message={message}", Wait.Token());
        Assert.Equal(2, SimpleResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Payload.Body.Length);
        Assert.Equal("application/proto", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Get_IsNotForMethodsWithEffects()
    {
        using var response = await fixture.Gateway.Http1.GetAsync(Unary + "?connect=v1&encoding=json&message=%7B%7D", Wait.Token());
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST"), (response.StatusCode, response.Content.Headers.Allow.Single()));
    }

    [Theory]
    [InlineData(Unary, "text/plain", "application/json, application/proto")]
    [InlineData(Unary, "application/connect+json", "application/json, application/proto")]
    [InlineData(Stream, "application/json", "application/connect+json, application/connect+proto")]
    [InlineData(Stream, "application/connect+xml", "application/connect+json, application/connect+proto")]
    public async Task UnknownCodec_Is415(string path, string type, string accepted)
    {
        using var response = await SendAsync(Post(path, "{}", type));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, accepted), (response.StatusCode, string.Join(", ", response.Headers.GetValues("accept-post"))));
    }

    [Theory]
    [InlineData("connect-protocol-version", "2", 400, "invalid_argument")]
    [InlineData("connect-timeout-ms", "12345678901", 400, "invalid_argument")]
    [InlineData("connect-timeout-ms", "0", 504, "deadline_exceeded")]
    public async Task BadHeader_IsNamed(string name, string value, int status, string code)
    {
        using var request = Post(Unary, "{}", "application/json");
        request.Headers.Remove(name);
        request.Headers.Add(name, value);
        using var response = await SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith($$"""{"code":"{{code}}","message":""", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_IsMirrored_AndBombsEndAtTheLimit()
    {
        using var request = Post(Unary, "", "application/json");
        request.Content = new ByteArrayContent(Gzip(Encoding.UTF8.GetBytes("""{"responseSize":5000}"""))) { Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } } };
        request.Headers.Add("accept-encoding", "br, gzip;q=0.5");
        using var response = await SendAsync(request);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        using var unzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(5000, JsonDocument.Parse(unzip).RootElement.GetProperty("payload").GetProperty("body").GetBytesFromBase64().Length);

        using var bomb = Post(Unary, "", "application/json");
        bomb.Content = new ByteArrayContent(Gzip(new byte[64 * 1024 * 1024])) { Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } } };
        using var refused = await SendAsync(bomb);
        Assert.Equal((HttpStatusCode)429, refused.StatusCode);

        using var unknown = Post(Unary, "{}", "application/json");
        unknown.Content!.Headers.ContentEncoding.Add("zstd");
        using var unimplemented = await SendAsync(unknown);
        Assert.Equal(HttpStatusCode.NotImplemented, unimplemented.StatusCode);
    }

    [Fact]
    public async Task Stream_EndsInAnEnvelope_AlwaysWith200()
    {
        using var request = Post(Stream, "", "application/connect+json");
        request.Content = Envelope("""{"responseParameters":[{"size":1},{"size":2}],"responseStatus":{"code":9,"message":"late"}}""", "application/connect+json");
        request.Headers.Add("x-grpc-test-echo-trailing-bin", "q6ur");
        using var response = await SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "application/connect+json"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        var frames = Frames(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(
            [
                (0, """{"payload":{"body":"AA=="}}"""), (0, """{"payload":{"body":"AAA="}}"""),
                (2, """{"error":{"code":"failed_precondition","message":"late"},"metadata":{"x-grpc-test-echo-trailing-bin":["q6ur"]}}"""),
            ],
            frames);
    }

    [Fact]
    public async Task JsonWithoutTheProtocolHeader_IsTheHttpEdges()
    {
        using var request = Post(Unary, """{"responseStatus":{"code":5,"message":"why"}}""", "application/json");
        request.Headers.Remove("connect-protocol-version");
        using var response = await SendAsync(request);
        Assert.Equal("""{"code":5,"message":"why","details":[]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task WithoutASchema_ProtobufPasses_AndJsonIsRefused()
    {
        using var request = Post("/untyped" + Unary, "", "application/proto");
        request.Content = new ByteArrayContent(new SimpleRequest { ResponseSize = 2 }.ToByteArray()) { Headers = { ContentType = new("application/proto") } };
        using var response = await SendAsync(request);
        Assert.Equal(2, SimpleResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Payload.Body.Length);
        using var refused = await SendAsync(Post("/untyped" + Unary, "{}", "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var elsewhere = await SendAsync(Post("/untyped/a/b/c", "{}", "application/proto"));
        Assert.Equal(HttpStatusCode.NotImplemented, elsewhere.StatusCode);
    }

    private static HttpRequestMessage Post(string path, string body, string type) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
        Headers = { { "connect-protocol-version", "1" } },
    };

    private static ByteArrayContent Envelope(string json, string type)
    {
        var payload = Encoding.UTF8.GetBytes(json);
        byte[] bytes = [0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
        return new ByteArrayContent(bytes) { Headers = { ContentType = new(type) } };
    }

    private static List<(int Flag, string Text)> Frames(byte[] body)
    {
        var frames = new List<(int, string)>();
        for (var at = 0; at < body.Length;)
        {
            var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            frames.Add((body[at], Encoding.UTF8.GetString(body, at + 5, length)));
            at += 5 + length;
        }

        return frames;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var sink = new MemoryStream();
        using (var gzip = new GZipStream(sink, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return sink.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            return await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
        }
    }
}
