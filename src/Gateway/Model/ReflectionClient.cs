using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using V1 = Grpc.Reflection.V1Alpha;

namespace Gateway.Model;

/// <summary>Why a backend did not give its schema.</summary>
public sealed class ReflectionException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Asks a gRPC server for its descriptors by server reflection: v1, and v1alpha where v1 is not implemented (the messages are the same).</summary>
public sealed class ReflectionClient(TimeSpan timeout)
{
    private const string V1Service = "grpc.reflection.v1.ServerReflection";
    private const string V1AlphaService = "grpc.reflection.v1alpha.ServerReflection";
    private const string MethodName = "ServerReflectionInfo";

    /// <summary>Most files taken from one server.</summary>
    private const int MaxFiles = 10_000;

    private static readonly Marshaller<V1.ServerReflectionRequest> Requests =
        Marshallers.Create(static r => r.ToByteArray(), V1.ServerReflectionRequest.Parser.ParseFrom);

    private static readonly Marshaller<V1.ServerReflectionResponse> Responses =
        Marshallers.Create(static r => r.ToByteArray(), V1.ServerReflectionResponse.Parser.ParseFrom);

    /// <summary>Every file the server's services need, as one serialised FileDescriptorSet.</summary>
    /// <exception cref="ReflectionException">The server cannot be reached, has no reflection, or answers nonsense.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string address, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = 64 * 1024 * 1024,
            // As calls will: straight to the server, whatever proxy the environment names.
            HttpHandler = new SocketsHttpHandler { UseProxy = false },
            DisposeHttpClient = true,
        });
        try
        {
            return await ReadAsync(channel, V1Service, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            try
            {
                return await ReadAsync(channel, V1AlphaService, cancellationToken);
            }
            catch (RpcException inner)
            {
                throw Explain(inner);
            }
        }
        catch (RpcException e)
        {
            throw Explain(e);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ReflectionException($"the server answered with bytes that are no file descriptor: {e.Message}", e);
        }
    }

    private static ReflectionException Explain(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unimplemented => new("the server has no reflection", e),
        StatusCode.DeadlineExceeded => new("the server did not answer in time", e),
        StatusCode.Unavailable => new($"the server cannot be reached: {e.Status.DebugException?.GetBaseException().Message ?? e.Status.Detail}", e),
        _ => new($"the server refused ({e.StatusCode}: {e.Status.Detail})", e),
    };

    private async Task<ReadOnlyMemory<byte>> ReadAsync(GrpcChannel channel, string service, CancellationToken cancellationToken)
    {
        var method = new Method<V1.ServerReflectionRequest, V1.ServerReflectionResponse>(
            MethodType.DuplexStreaming, service, MethodName, Requests, Responses);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            method, null, new CallOptions(deadline: DateTime.UtcNow + timeout, cancellationToken: cancellationToken));
        var files = new Dictionary<string, ByteString>(StringComparer.Ordinal);

        // 1. The services.
        var listed = await AskAsync(call, new V1.ServerReflectionRequest { ListServices = "*" }, cancellationToken);
        foreach (var entry in listed.ListServicesResponse?.Service ?? [])
        {
            if (entry.Name is V1Service or V1AlphaService)
            {
                continue;
            }

            var found = await AskAsync(call, new V1.ServerReflectionRequest { FileContainingSymbol = entry.Name }, cancellationToken);
            if (found.ErrorResponse is { } error)
            {
                throw new ReflectionException($"the server lists {entry.Name} but does not describe it: {error.ErrorMessage}");
            }

            Take(found, files);
        }

        // 2. Imports that came with no answer: a server may leave out what it sent before, or send one file at a time.
        while (NextMissing(files) is { } missing)
        {
            var found = await AskAsync(call, new V1.ServerReflectionRequest { FileByFilename = missing }, cancellationToken);
            if (found.FileDescriptorResponse is null)
            {
                // The well-known files are known here; of any other the catalogue says who imports it.
                files[missing] = ByteString.Empty;
                continue;
            }

            Take(found, files);
            files.TryAdd(missing, ByteString.Empty);
        }

        await call.RequestStream.CompleteAsync();
        var set = new FileDescriptorSet();
        foreach (var file in files.Values)
        {
            if (!file.IsEmpty)
            {
                set.File.Add(FileDescriptorProto.Parser.ParseFrom(file));
            }
        }

        return set.ToByteArray();
    }

    private static async Task<V1.ServerReflectionResponse> AskAsync(
        AsyncDuplexStreamingCall<V1.ServerReflectionRequest, V1.ServerReflectionResponse> call,
        V1.ServerReflectionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidOperationException)
        {
            // The call was over before the question left: its status, which the read below throws, says why.
        }

        return await call.ResponseStream.MoveNext(cancellationToken)
            ? call.ResponseStream.Current
            : throw new ReflectionException("the server ended the reflection stream early");
    }

    private static void Take(V1.ServerReflectionResponse response, Dictionary<string, ByteString> files)
    {
        foreach (var bytes in response.FileDescriptorResponse?.FileDescriptorProto ?? [])
        {
            if (files.Count >= MaxFiles)
            {
                throw new ReflectionException($"the server has more than {MaxFiles} files");
            }

            files[FileDescriptorProto.Parser.ParseFrom(bytes).Name] = bytes;
        }
    }

    private static string? NextMissing(Dictionary<string, ByteString> files)
    {
        foreach (var file in files.Values)
        {
            if (file.IsEmpty)
            {
                continue;
            }

            foreach (var import in FileDescriptorProto.Parser.ParseFrom(file).Dependency)
            {
                if (!files.ContainsKey(import))
                {
                    return import;
                }
            }
        }

        return null;
    }
}
