using System.Net;
using System.Net.Http.Headers;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Grpc.Testing;

namespace Gateway.IntegrationTests.Web;

/// <summary>
/// gRPC's interoperability cases, straight to the server and through the gateway: forwarded, and carried by the hub.
/// Source: grpc/doc/interop-test-descriptions.md.
/// </summary>
[Collection(nameof(WebFixture))]
public sealed class InteropTests(WebFixture fixture) : IDisposable
{
    /// <summary>By way of: what a client does to its requests.</summary>
    public static TheoryData<string> Ways { get; } = ["direct", "grpc", "grpc+proto", "web", "web-text", "web h2", "untyped web"];

    /// <summary>Those that have streams of the client.</summary>
    public static TheoryData<string> DuplexWays { get; } = ["direct", "grpc", "grpc+proto", "web h2"];

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task EmptyUnary(string way)
    {
        using var channel = Open(way);
        Assert.Equal(new Empty(), await Client(channel).EmptyCallAsync(new Empty(), cancellationToken: Wait.Token()));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task LargeUnary(string way)
    {
        using var channel = Open(way);
        var answer = await Client(channel).UnaryCallAsync(new SimpleRequest { ResponseSize = 314159, Payload = Zeros(271828) }, cancellationToken: Wait.Token());
        Assert.Equal(Zeros(314159), answer.Payload);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ClientCompressedUnary(string way)
    {
        using var channel = Open(way);
        var request = new SimpleRequest { ExpectCompressed = new() { Value = true }, ResponseSize = 314159, Payload = Zeros(271828) };
        var answer = await Client(channel).UnaryCallAsync(request, new Metadata { { "grpc-internal-encoding-request", "gzip" } }, cancellationToken: Wait.Token());
        Assert.Equal(Zeros(314159), answer.Payload);

        // Forwarded as it is; the hub reads what the client compressed, and its own messages are plain.
        Assert.Equal(way is "direct" or "grpc" or "grpc+proto" ? "gzip" : "", fixture.Server.Encodings["/grpc.testing.TestService/UnaryCall"]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ServerCompressedUnary(string way)
    {
        using var channel = Open(way);
        foreach (var compressed in (bool[])[true, false])
        {
            var request = new SimpleRequest { ResponseCompressed = new() { Value = compressed }, ResponseSize = 314159, Payload = Zeros(271828) };
            Assert.Equal(Zeros(314159), (await Client(channel).UnaryCallAsync(request, cancellationToken: Wait.Token())).Payload);
        }
    }

    [Theory]
    [MemberData(nameof(DuplexWays))]
    public async Task ClientStreaming(string way)
    {
        using var channel = Open(way);
        using var call = Client(channel).StreamingInputCall(cancellationToken: Wait.Token());
        foreach (var size in (int[])[27182, 8, 1828, 45904])
        {
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }, Wait.Token());
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(74922, (await call.ResponseAsync).AggregatedPayloadSize);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ServerStreaming(string way)
    {
        using var channel = Open(way);
        int[] sizes = [31415, 9, 2653, 58979];
        var request = new StreamingOutputCallRequest { ResponseParameters = { sizes.Select(static (size, i) => new ResponseParameters { Size = size, Compressed = new() { Value = i % 2 == 0 } }) } };
        using var call = Client(channel).StreamingOutputCall(request, cancellationToken: Wait.Token());
        var received = new List<int>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync(Wait.Token()))
        {
            received.Add(answer.Payload.Body.Length);
        }

        Assert.Equal(sizes, received);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [MemberData(nameof(DuplexWays))]
    public async Task PingPong(string way)
    {
        using var channel = Open(way);
        using var call = Client(channel).FullDuplexCall(cancellationToken: Wait.Token());
        foreach (var (asked, sent) in ((int, int)[])[(31415, 27182), (9, 8), (2653, 1828), (58979, 45904)])
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = asked } }, Payload = Zeros(sent) }, Wait.Token());
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(asked, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [MemberData(nameof(DuplexWays))]
    public async Task EmptyStream(string way)
    {
        using var channel = Open(way);
        using var call = Client(channel).FullDuplexCall(cancellationToken: Wait.Token());
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [MemberData(nameof(DuplexWays))]
    public async Task CancelAfterBegin(string way)
    {
        using var channel = Open(way);
        using var cancel = new CancellationTokenSource();
        using var call = Client(channel).StreamingInputCall(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(8) }, Wait.Token());
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(DuplexWays))]
    public async Task CancelAfterFirstResponse(string way)
    {
        using var channel = Open(way);
        using var cancel = new CancellationTokenSource();
        using var call = Client(channel).FullDuplexCall(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 31415 } }, Payload = Zeros(27182) }, Wait.Token());
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).StatusCode);
        Assert.True(await fixture.Server.Cancelled.WaitAsync(Wait.Long), "The server was not told.");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task TimeoutOnSleepingServer(string way)
    {
        using var channel = Open(way);
        var request = new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { IntervalUs = -1 } } };
        using var call = Client(channel).StreamingOutputCall(request, deadline: DateTime.UtcNow.AddMilliseconds(100));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task CustomMetadata(string way)
    {
        using var channel = Open(way);
        byte[] trailing = [0xab, 0xab, 0xab];
        var metadata = new Metadata { { "x-grpc-test-echo-initial", "test_initial_metadata_value" }, { "x-grpc-test-echo-trailing-bin", trailing } };
        using var unary = Client(channel).UnaryCallAsync(new SimpleRequest { ResponseSize = 314159, Payload = Zeros(271828) }, metadata, cancellationToken: Wait.Token());
        await unary.ResponseAsync;
        Assert.Equal("test_initial_metadata_value", (await unary.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
        Assert.Equal(trailing, unary.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));

        using var stream = Client(channel).StreamingOutputCall(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 9 } } }, metadata, cancellationToken: Wait.Token());
        Assert.True(await stream.ResponseStream.MoveNext(Wait.Token()));
        Assert.False(await stream.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal("test_initial_metadata_value", (await stream.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
        Assert.Equal(trailing, stream.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task StatusCodeAndMessage(string way)
    {
        using var channel = Open(way);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(channel).UnaryCallAsync(new SimpleRequest { ResponseStatus = new EchoStatus { Code = 2, Message = "test status message" } }, cancellationToken: Wait.Token()));
        Assert.Equal((StatusCode.Unknown, "test status message"), (error.StatusCode, error.Status.Detail));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task SpecialStatusMessage(string way)
    {
        const string Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
        using var channel = Open(way);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(channel).UnaryCallAsync(new SimpleRequest { ResponseStatus = new EchoStatus { Code = 2, Message = Message } }, cancellationToken: Wait.Token()));
        Assert.Equal((StatusCode.Unknown, Message), (error.StatusCode, error.Status.Detail));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task UnimplementedMethodAndService(string way)
    {
        using var channel = Open(way);
        var method = await Assert.ThrowsAsync<RpcException>(async () => await Client(channel).UnimplementedCallAsync(new Empty(), cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Unimplemented, method.StatusCode);
        var service = await Assert.ThrowsAsync<RpcException>(async () =>
            await new UnimplementedService.UnimplementedServiceClient(channel).UnimplementedCallAsync(new Empty(), cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Unimplemented, service.StatusCode);
    }

    private static TestService.TestServiceClient Client(GrpcChannel channel) => new(channel);

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private GrpcChannel Open(string way)
    {
        HttpMessageHandler sockets = new SocketsHttpHandler { UseProxy = false };
        var handler = way switch
        {
            "direct" or "grpc" => sockets,
            "grpc+proto" => new TypeHandler(sockets),
            "web-text" => new GrpcWebHandler(GrpcWebMode.GrpcWebText, sockets),
            "untyped web" => new GrpcWebHandler(GrpcWebMode.GrpcWeb, new PrefixHandler(sockets, "/untyped")),
            _ => new GrpcWebHandler(GrpcWebMode.GrpcWeb, sockets),
        };
        return GrpcChannel.ForAddress(way == "direct" ? new Uri(fixture.Server.Address) : fixture.Gateway.Url, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            HttpVersion = way is "web" or "web-text" or "untyped web" ? HttpVersion.Version11 : HttpVersion.Version20,
            HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });
    }

    /// <summary>The media type as Connect's gRPC clients spell it.</summary>
    private sealed class TypeHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/grpc+proto");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class PrefixHandler(HttpMessageHandler inner, string prefix) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(request.RequestUri!, prefix + request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
