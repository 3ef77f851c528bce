using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Grpc.Testing;

namespace Gateway.IntegrationTests.Web;

/// <summary>gRPC-Web as bytes, and gRPC's own compression and codecs on the wire. Source: grpc/doc/PROTOCOL-WEB.md.</summary>
[Collection(nameof(WebFixture))]
public sealed class GrpcWebWireTests(WebFixture fixture) : IDisposable
{
    private const string Unary = "/grpc.testing.TestService/UnaryCall";
    private const string Stream = "/grpc.testing.TestService/StreamingOutputCall";

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Fact]
    public async Task Answer_EndsInAFrameOfTrailers()
    {
        using var response = await SendAsync(Unary, "application/grpc-web", Frame(new SimpleRequest { ResponseSize = 2 }));
        Assert.Equal((HttpStatusCode.OK, "application/grpc-web+proto"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal([.. Frame(new SimpleResponse { Payload = new Payload { Body = ByteString.CopyFrom(0, 0) } }), 0x80, 0, 0, 0, 15, .. "grpc-status:0\r\n"u8], body);
    }

    [Fact]
    public async Task Failure_WithoutMessages_IsInTheHeaders()
    {
        using var response = await SendAsync(Unary, "application/grpc-web+proto", Frame(new SimpleRequest { ResponseStatus = new EchoStatus { Code = 5, Message = "no ☺" } }));
        Assert.Equal((HttpStatusCode.OK, "5", "no %E2%98%BA"), (response.StatusCode, response.Headers.GetValues("grpc-status").Single(), response.Headers.GetValues("grpc-message").Single()));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Text_IsDecodedAcrossPadding_AndEncodedFrameByFrame()
    {
        // Two pieces, each with padding of its own, cut through the message.
        var frame = Frame(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 }, new ResponseParameters { Size = 2 } } });
        var text = Convert.ToBase64String(frame.AsSpan(0, 7)) + Convert.ToBase64String(frame.AsSpan(7));
        using var response = await SendAsync(Stream, "application/grpc-web-text", Encoding.ASCII.GetBytes(text));
        Assert.Equal("application/grpc-web-text+proto", response.Content.Headers.ContentType!.ToString());
        var body = await response.Content.ReadAsStringAsync();
        var expected = ((int[])[1, 2]).Select(static size => Convert.ToBase64String(Frame(new StreamingOutputCallResponse { Payload = new Payload { Body = ByteString.CopyFrom(new byte[size]) } })))
            .Append(Convert.ToBase64String([0x80, 0, 0, 0, 15, .. "grpc-status:0\r\n"u8]));
        Assert.Equal(string.Concat(expected), body);
    }

    [Theory]
    [InlineData("application/grpc-web-text", "!!!!", 3)]
    [InlineData("application/grpc-web-text", "AAA", 3)]
    [InlineData("application/grpc-web", "AAAA", 13)]
    [InlineData("application/grpc-web", "\u0007AAAA", 13)]
    public async Task BadBody_IsAStatus(string type, string body, int status)
    {
        using var response = await SendAsync(Unary, type, Encoding.ASCII.GetBytes(body));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"{status}", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Json_IsConverted()
    {
        byte[] frame = [0, 0, 0, 0, 18, .. """{"responseSize":2}"""u8];
        using var response = await SendAsync(Unary, "application/grpc-web+json", frame);
        var answer = """{"payload":{"body":"AAA="}}"""u8;
        Assert.Equal([0, 0, 0, 0, (byte)answer.Length, .. answer, 0x80, 0, 0, 0, 15, .. "grpc-status:0\r\n"u8], await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/gzip", "gzip", "gzip")]
    [InlineData("/gzip", "identity", null)]
    [InlineData("", "gzip", null)]
    public async Task Answer_IsCompressed_WhereTheRouteSaysSo(string route, string accepted, string? encoding)
    {
        using var request = Make(route + Unary, "application/grpc-web", Frame(new SimpleRequest { ResponseSize = 5000 }));
        request.Headers.Add("grpc-accept-encoding", accepted);
        using var response = await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
        Assert.Equal(encoding, response.Headers.TryGetValues("grpc-encoding", out var named) ? named.Single() : null);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(encoding is null ? 0 : 1, body[0]);
        Assert.Equal(encoding is null, body.Length > 5000);
    }

    [Theory]
    [InlineData("application/grpc-web+xml", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc-web-text+xml", HttpStatusCode.UnsupportedMediaType)]
    public async Task UnknownCodec_Is415(string type, HttpStatusCode status)
    {
        using var response = await SendAsync(Unary, type, []);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task UnknownEncoding_IsUnimplemented_AndNamesTheKnown()
    {
        using var request = Make(Unary, "application/grpc-web", Frame(new SimpleRequest()));
        request.Headers.Add("grpc-encoding", "zstd");
        using var response = await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("identity,gzip,deflate", string.Join(',', response.Headers.GetValues("grpc-accept-encoding")).Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/http")]
    [InlineData("/stdio")]
    [InlineData("/websocket")]
    public async Task GrpcJson_IsConvertedByTheHub(string backend)
    {
        byte[] frame = [0, 0, 0, 0, 12, .. """{"text":"a"}"""u8];
        using var request = Make(backend + "/library.v1.Behaviours/Echo", "application/grpc+json", frame);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Headers.Add("te", "trailers");
        using var response = await fixture.Gateway.Http2.SendAsync(request, Wait.Token());
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.TrailingHeaders.TryGetValues("grpc-status", out var status), $"{response}");
        Assert.Equal("0", status.Single());
        Assert.Equal("application/grpc+json", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("\"text\":\"a\"", Encoding.UTF8.GetString(body.AsSpan(5)), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Make(string path, string type, byte[] body) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new(type) } },
        Headers = { { "x-grpc-web", "1" } },
    };

    private static byte[] Frame(IMessage message)
    {
        var payload = message.ToByteArray();
        return [0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string type, byte[] body)
    {
        using var request = Make(path, type, body);
        return await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
    }
}
