using System.Globalization;
using System.Net;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Web;

/// <summary>The server of gRPC's interoperability tests. Source: grpc/doc/interop-test-descriptions.md.</summary>
internal sealed class InteropServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InteropServer(WebApplication app)
    {
        _app = app;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Address { get; }

    /// <summary>Calls that sleep and have been cancelled.</summary>
    public SemaphoreSlim Cancelled => _app.Services.GetRequiredService<Signals>().Cancelled;

    /// <summary>The encodings in which requests arrived, by path; the last of each.</summary>
    public IReadOnlyDictionary<string, string> Encodings => _app.Services.GetRequiredService<Signals>().Encodings;

    /// <summary>The schema, as a file of the gateway has it.</summary>
    public static byte[] Descriptors()
    {
        var set = new FileDescriptorSet();
        foreach (var file in (FileDescriptor[])[EmptyReflection.Descriptor, MessagesReflection.Descriptor, TestReflection.Descriptor])
        {
            var proto = FileDescriptorProto.Parser.ParseFrom(file.SerializedData);
            foreach (var (message, type) in proto.MessageType.Zip(file.MessageTypes))
            {
                foreach (var field in message.Field)
                {
                    // Generated code leaves out what a compiler writes into a set.
                    field.JsonName = type.FindFieldByNumber(field.Number).JsonName;
                }
            }

            set.File.Add(proto);
        }

        return set.ToByteArray();
    }

    public static async Task<InteropServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<Signals>();
        builder.Services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.ResponseCompressionAlgorithm = "gzip";
            grpc.ResponseCompressionLevel = System.IO.Compression.CompressionLevel.Fastest;
        });
        var app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync(Wait.Token());
        return new InteropServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    internal sealed class Signals
    {
        public SemaphoreSlim Cancelled { get; } = new(0);

        public System.Collections.Concurrent.ConcurrentDictionary<string, string> Encodings { get; } = new();
    }

    private sealed class Service(Signals signals) : TestService.TestServiceBase
    {
        private const string Initial = "x-grpc-test-echo-initial";
        private const string Trailing = "x-grpc-test-echo-trailing-bin";

        public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
        {
            await EchoAsync(context);
            return new Empty();
        }

        public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
        {
            signals.Encodings[context.Method] = context.RequestHeaders.GetValue("grpc-encoding") ?? context.GetHttpContext().Request.Headers["grpc-encoding"].ToString();
            if (request.ResponseCompressed is not { Value: true })
            {
                context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            }

            await EchoAsync(context);
            Fail(request.ResponseStatus);
            return new SimpleResponse { Payload = PayloadOf(request.ResponseSize) };
        }

        public override Task<SimpleResponse> CacheableUnaryCall(SimpleRequest request, ServerCallContext context) => UnaryCall(request, context);

        public override async Task StreamingOutputCall(
            StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
        {
            await EchoAsync(context);
            await AnswerAsync(request, responseStream, context);
            Fail(request.ResponseStatus);
        }

        public override async Task<StreamingInputCallResponse> StreamingInputCall(IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
        {
            var size = 0;
            try
            {
                await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
                {
                    size += request.Payload.Body.Length;
                }
            }
            catch (Exception) when (context.CancellationToken.IsCancellationRequested)
            {
                signals.Cancelled.Release();
                throw;
            }

            return new StreamingInputCallResponse { AggregatedPayloadSize = size };
        }

        public override async Task FullDuplexCall(
            IAsyncStreamReader<StreamingOutputCallRequest> requestStream, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
        {
            try
            {
                await EchoAsync(context);
                await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
                {
                    Fail(request.ResponseStatus);
                    await AnswerAsync(request, responseStream, context);
                }
            }
            catch (Exception) when (context.CancellationToken.IsCancellationRequested)
            {
                signals.Cancelled.Release();
                throw;
            }
        }

        private static async Task AnswerAsync(StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responses, ServerCallContext context)
        {
            foreach (var asked in request.ResponseParameters)
            {
                responses.WriteOptions = asked.Compressed is { Value: true } ? null : new WriteOptions(WriteFlags.NoCompress);
                if (asked.IntervalUs < 0)
                {
                    // The sleep of the description, without a clock: until the call is over.
                    await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
                }

                await responses.WriteAsync(new StreamingOutputCallResponse { Payload = PayloadOf(asked.Size) }, context.CancellationToken);
            }
        }

        private static async Task EchoAsync(ServerCallContext context)
        {
            if (context.RequestHeaders.GetValue(Initial) is { } initial)
            {
                await context.WriteResponseHeadersAsync(new Metadata { { Initial, initial } });
            }

            if (context.RequestHeaders.GetValueBytes(Trailing) is { } trailing)
            {
                context.ResponseTrailers.Add(Trailing, trailing);
            }
        }

        private static void Fail(EchoStatus? status)
        {
            if (status is { Code: not 0 })
            {
                throw new RpcException(new Status((StatusCode)status.Code, status.Message));
            }
        }

        private static Payload PayloadOf(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };
    }
}
