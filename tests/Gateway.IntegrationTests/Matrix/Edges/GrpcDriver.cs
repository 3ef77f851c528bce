using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>gRPC by Grpc.Net.Client and the generated messages, over prior-knowledge HTTP/2.</summary>
internal sealed class GrpcDriver(FrontDoor door) : IEdgeDriver
{
    private static readonly JsonFormatter Details =
        new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(Google.Rpc.ErrorDetailsReflection.Descriptor)));

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(door.Http2Url, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler { UseProxy = false },
        DisposeHttpClient = true,
    });

    public string Name => "grpc";

    public string Edge => "grpc";

    public EdgeTraits Traits { get; } = new();

    public int WireOf(StatusCode code) => 200;

    public Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        var descriptor = BehavioursReflection.Descriptor.FindTypeByName<ServiceDescriptor>("Behaviours").FindMethodByName(spec.Method);
        var type = (spec.StreamsRequests, spec.StreamsResponses) switch
        {
            (false, false) => MethodType.Unary,
            (true, false) => MethodType.ClientStreaming,
            (false, true) => MethodType.ServerStreaming,
            _ => MethodType.DuplexStreaming,
        };
        var method = new Method<IMessage, IMessage>(
            type, descriptor.Service.FullName, descriptor.Name, Marshaller(descriptor.InputType), Marshaller(descriptor.OutputType));
        var headers = new Metadata { { Variants.Header, rig } };
        foreach (var (name, value) in spec.Headers)
        {
            headers.Add(name, value);
        }

        var abort = new CancellationTokenSource();
        var options = new CallOptions(headers, spec.Timeout is { } timeout ? DateTime.UtcNow + timeout : null, abort.Token);
        var request = spec.Request is { } json ? descriptor.InputType.Parser.ParseJson(json) : null;
        return Task.FromResult<EdgeCall>(new Call(_channel.CreateCallInvoker(), method, options, request, descriptor, abort));
    }

    public void Dispose() => _channel.Dispose();

    private static Marshaller<IMessage> Marshaller(MessageDescriptor type) =>
        Marshallers.Create(static message => message.ToByteArray(), bytes => type.Parser.ParseFrom(bytes));

    private sealed class Call : EdgeCall
    {
        private readonly CancellationTokenSource _abort;
        private readonly MethodDescriptor _descriptor;
        private readonly IDisposable _call;
        private readonly IClientStreamWriter<IMessage>? _requests;
        private readonly IAsyncStreamReader<IMessage>? _responses;
        private readonly Task<IMessage>? _response;
        private readonly Task<Metadata> _headers;
        private readonly Func<Status> _status;
        private readonly Func<Metadata> _trailers;
        private bool _answered;
        private CallEnd? _end;

        public Call(CallInvoker invoker, Method<IMessage, IMessage> method, CallOptions options, IMessage? request, MethodDescriptor descriptor, CancellationTokenSource abort)
        {
            _abort = abort;
            _descriptor = descriptor;
            switch (method.Type)
            {
                case MethodType.Unary:
                    var unary = invoker.AsyncUnaryCall(method, null, options, request!);
                    (_call, _response, _headers, _status, _trailers) = (unary, unary.ResponseAsync, unary.ResponseHeadersAsync, unary.GetStatus, unary.GetTrailers);
                    break;
                case MethodType.ClientStreaming:
                    var upload = invoker.AsyncClientStreamingCall(method, null, options);
                    (_call, _response, _headers, _status, _trailers) = (upload, upload.ResponseAsync, upload.ResponseHeadersAsync, upload.GetStatus, upload.GetTrailers);
                    _requests = upload.RequestStream;
                    break;
                case MethodType.ServerStreaming:
                    var download = invoker.AsyncServerStreamingCall(method, null, options, request!);
                    (_call, _responses, _headers, _status, _trailers) = (download, download.ResponseStream, download.ResponseHeadersAsync, download.GetStatus, download.GetTrailers);
                    break;
                default:
                    var duplex = invoker.AsyncDuplexStreamingCall(method, null, options);
                    (_call, _responses, _headers, _status, _trailers) = (duplex, duplex.ResponseStream, duplex.ResponseHeadersAsync, duplex.GetStatus, duplex.GetTrailers);
                    _requests = duplex.RequestStream;
                    break;
            }
        }

        public override Task SendAsync(string json) => _requests!.WriteAsync(_descriptor.InputType.Parser.ParseJson(json));

        public override Task HalfCloseAsync() => _requests!.CompleteAsync();

        public override async Task<string?> ReadAsync()
        {
            if (_end is not null)
            {
                return null;
            }

            try
            {
                if (_response is not null)
                {
                    if (!_answered)
                    {
                        _answered = true;
                        return JsonFormatter.Default.Format(await _response.WaitAsync(Wait.Token()));
                    }
                }
                else if (await _responses!.MoveNext(default).WaitAsync(Wait.Token()))
                {
                    return JsonFormatter.Default.Format(_responses.Current);
                }

                var headers = await _headers.WaitAsync(Wait.Token());
                _end = new CallEnd { Code = _status().StatusCode, Message = _status().Detail, Wire = 200, Headers = Texts(headers), Trailers = Texts(_trailers()) };
            }
            catch (RpcException e)
            {
                _end = new CallEnd
                {
                    Code = e.StatusCode,
                    Message = e.Status.Detail,
                    Details = e.Trailers.GetValueBytes("grpc-status-details-bin") is { } bytes ? Details.Format(Google.Rpc.Status.Parser.ParseFrom(bytes)) : "",
                    Wire = 200,
                    Trailers = Texts(e.Trailers),
                };
            }

            return null;
        }

        public override async Task<CallEnd> EndAsync()
        {
            while (await ReadAsync() is not null)
            {
            }

            return _end!;
        }

        public override Task CancelAsync() => _abort.CancelAsync();

        public override async ValueTask DisposeAsync()
        {
            await _abort.CancelAsync();
            _call.Dispose();
            if (_response is not null)
            {
                await ((Task)_response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _abort.Dispose();
        }

        private static Dictionary<string, string> Texts(Metadata metadata)
        {
            var texts = new Dictionary<string, string>();
            foreach (var entry in metadata)
            {
                if (!entry.IsBinary)
                {
                    texts[entry.Key] = entry.Value;
                }
            }

            return texts;
        }
    }
}
