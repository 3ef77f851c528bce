using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Reflection.V1;
using Transcoders.Calls;

namespace Gateway.Own;

/// <summary>grpc.reflection.v1.ServerReflection, and v1alpha, whose messages are the same. Source: PROTOCOLS §4.</summary>
internal sealed class ReflectionMethods(ReflectedSchema schema, HealthBoard board)
{
    private static readonly CallStatus Stopping = new(StatusCode.Unavailable, "The gateway is stopping.");

    /// <summary>`ServerReflectionInfo`: an answer for each question, in order.</summary>
    public async IAsyncEnumerable<byte[]> AnswerAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Bounded by the number of files there are.
        var sent = new HashSet<ReflectedFile>();
        while (await IsAskedAsync(requests, cancellationToken))
        {
            while (requests.TryRead(out var bytes))
            {
                yield return Answer(ServerReflectionRequest.Parser.ParseFrom(bytes), sent).ToByteArray();
            }
        }
    }

    /// <summary>Waits for a question; false when there will be none. Clients may hold the stream open for ever: a stop does not wait for them.</summary>
    private async Task<bool> IsAskedAsync(ChannelReader<byte[]> requests, CancellationToken cancellationToken)
    {
        var asked = requests.WaitToReadAsync(cancellationToken).AsTask();
        return await Task.WhenAny(asked, board.Stopped) == asked ? await asked : throw new CallException(Stopping);
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request, HashSet<ReflectedFile> sent)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                foreach (var name in schema.ServiceNames)
                {
                    response.ListServicesResponse.Service.Add(new ServiceResponse { Name = name });
                }

                return response;

            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                return Describe(response, schema.FindFile(request.FileByFilename), sent, $"No file '{request.FileByFilename}' is known here.");

            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                var symbol = request.FileContainingSymbol;
                return Describe(response, schema.FindSymbol(symbol.StartsWith('.') ? symbol[1..] : symbol), sent, $"No symbol '{symbol}' is known here.");

            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var (type, number) = (request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber);
                return Describe(response, schema.FindExtension(type, number), sent, $"No extension {number} of '{type}' is known here.");

            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                if (schema.FindExtensionNumbers(request.AllExtensionNumbersOfType) is not { } numbers)
                {
                    return Refuse(response, StatusCode.NotFound, $"No message '{request.AllExtensionNumbersOfType}' is known here.");
                }

                response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                response.AllExtensionNumbersResponse.ExtensionNumber.AddRange(numbers);
                return response;

            default:
                return Refuse(response, StatusCode.InvalidArgument, "The request asks nothing that is known here.");
        }
    }

    /// <summary>The file, and of all it imports what this stream has not brought yet.</summary>
    private static ServerReflectionResponse Describe(ServerReflectionResponse response, ReflectedFile? file, HashSet<ReflectedFile> sent, string otherwise)
    {
        if (file is null)
        {
            return Refuse(response, StatusCode.NotFound, otherwise);
        }

        // The one that was asked for comes again, for an answer without a file would be none.
        response.FileDescriptorResponse = new FileDescriptorResponse();
        response.FileDescriptorResponse.FileDescriptorProto.Add(file.Bytes);
        var isNew = sent.Add(file);
        var waiting = new Queue<ReflectedFile>(isNew ? file.Imports : []);
        while (waiting.TryDequeue(out var import))
        {
            // What was sent was sent with its imports.
            if (!sent.Add(import))
            {
                continue;
            }

            response.FileDescriptorResponse.FileDescriptorProto.Add(import.Bytes);
            foreach (var next in import.Imports)
            {
                waiting.Enqueue(next);
            }
        }

        return response;
    }

    private static ServerReflectionResponse Refuse(ServerReflectionResponse response, StatusCode code, string message)
    {
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
        return response;
    }
}
