using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Gateway.IntegrationTests.Hosting;
using Google.Api;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>The way back: google.api.HttpBody messages of a gRPC client are the raw body of a plain HTTP server, in both directions.</summary>
public sealed class GrpcToHttpBodyTests : IAsyncLifetime
{
    private const int Size = 9_000_001;

    private static readonly Marshaller<HttpBody> Body = Marshallers.Create(static body => body.ToByteArray(), HttpBody.Parser.ParseFrom);
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private readonly string _directory = Directory.CreateTempSubdirectory("blobs-").FullName;
    private readonly WebApplication _server = MakeServer();
    private RunningGateway? _gateway;
    private GrpcChannel? _channel;

    public async Task InitializeAsync()
    {
        await _server.StartAsync(Wait.Token());
        var address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var schema = Path.Combine(_directory, "blob.binpb");
        await File.WriteAllBytesAsync(schema, BlobServer.Schema);
        _gateway = await RunningGateway.StartAsync(BlobFixture.Configuration(schema, address).Replace("\"grpc\"", "\"http\"", StringComparison.Ordinal));
        _channel = GrpcChannel.ForAddress(_gateway.Url);
    }

    public async Task DisposeAsync()
    {
        _channel!.Dispose();
        await _gateway!.DisposeAsync();
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Upload_IsOneBody_OfTheFirstMessagesType()
    {
        var method = new Method<HttpBody, byte[]>(MethodType.ClientStreaming, "blob.v1.Blobs", "Upload", Body, Bytes);
        using var call = _channel!.CreateCallInvoker().AsyncClientStreamingCall(method, null, new CallOptions(cancellationToken: Wait.Token()));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var first = true;
        foreach (var piece in HttpBodyTests.RandomContent.Pieces(Size))
        {
            hash.AppendData(piece.Span);
            await call.RequestStream.WriteAsync(new HttpBody { ContentType = first ? "image/webp" : "", Data = ByteString.CopyFrom(piece.Span) });
            first = false;
        }

        await call.RequestStream.CompleteAsync();

        var text = new CodedInputStream(await call.ResponseAsync);
        text.ReadTag();
        Assert.Equal($"image/webp|{Size}|{Convert.ToHexString(hash.GetHashAndReset())}", text.ReadString());
    }

    [Theory]
    [InlineData("whole", StatusCode.OK)]
    [InlineData("cut", StatusCode.Unavailable)]
    public async Task Download_IsMessages_OfTheAnswersType(string name, StatusCode expected)
    {
        var method = new Method<byte[], HttpBody>(MethodType.ServerStreaming, "blob.v1.Blobs", "Download", Bytes, Body);
        byte[] ask = [0x0a, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name)];
        using var call = _channel!.CreateCallInvoker().AsyncServerStreamingCall(method, null, new CallOptions(cancellationToken: Wait.Token()), ask);
        var (size, type, code) = (0, "", StatusCode.OK);
        try
        {
            await foreach (var message in call.ResponseStream.ReadAllAsync(Wait.Token()))
            {
                type = size == 0 ? message.ContentType : type;
                size += message.Data.Length;
            }
        }
        catch (RpcException e)
        {
            code = e.StatusCode;
        }

        Assert.Equal((expected, "video/mp4"), (code, type));
        Assert.Equal(expected == StatusCode.OK, size == Size);
    }

    [Fact]
    public async Task OneAnswerOverTheLimit_IsRefusedWithTheLimit()
    {
        var method = new Method<byte[], HttpBody>(MethodType.Unary, "blob.v1.Blobs", "Get", Bytes, Body);
        using var call = _channel!.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Wait.Token()), [0x0a, 1, (byte)'a']);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains("4194304", failure.Status.Detail);
    }

    private static WebApplication MakeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(AnswerAsync);
        return app;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[64 * 1024];
            long size = 0;
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) != 0; size += read)
            {
                hash.AppendData(buffer, 0, read);
            }

            await context.Response.WriteAsJsonAsync(new Dictionary<string, string>
            {
                ["text"] = string.Create(CultureInfo.InvariantCulture, $"{context.Request.ContentType}|{size}|{Convert.ToHexString(hash.GetHashAndReset())}"),
            });
            return;
        }

        context.Response.ContentType = "video/mp4";
        var isCut = context.Request.Path.Value!.Contains("cut", StringComparison.Ordinal);
        foreach (var piece in HttpBodyTests.RandomContent.Pieces(Size))
        {
            await context.Response.Body.WriteAsync(piece);
            if (isCut)
            {
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }
        }
    }
}
