using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Chat.V1;
using Samples.LineTool.V1;
using Samples.Library.V1;

namespace Samples.Clients;

/// <summary>Calls a method of the samples' services by name, JSON in and JSON out.</summary>
internal static class GrpcConsole
{
    private static readonly FileDescriptor[] Files =
    [
        LibraryReflection.Descriptor, BehavioursReflection.Descriptor, LinetoolReflection.Descriptor, ChatReflection.Descriptor,
        Grpc.Health.V1.HealthReflection.Descriptor,
    ];

    private static readonly TypeRegistry Types = TypeRegistry.FromFiles([.. Files, ErrorDetailsReflection.Descriptor]);

    public static async Task<int> RunAsync(ClientArguments arguments, CancellationToken cancellationToken)
    {
        var found = Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .FirstOrDefault(method => $"{method.Service.FullName}/{method.Name}" == arguments.Method);
        if (found is null)
        {
            Console.Error.WriteLine($"clients: {arguments.Method} is no method of the samples");
            return 2;
        }

        using var channel = GrpcChannel.ForAddress(arguments.Url);
        try
        {
            await CallAsync(channel.CreateCallInvoker(), found, arguments, cancellationToken);
            return 0;
        }
        catch (RpcException error)
        {
            Console.Error.WriteLine($"{error.StatusCode}: {error.Status.Detail}");
            PrintDetails(error.Trailers);
            return 64 + (int)error.StatusCode;
        }
        catch (InvalidProtocolBufferException error)
        {
            Console.Error.WriteLine($"clients: {found.InputType.FullName}: {error.Message}");
            return 2;
        }
    }

    private static async Task CallAsync(CallInvoker invoker, MethodDescriptor found, ClientArguments arguments, CancellationToken cancellationToken)
    {
        // Every shape is a special case of the duplex one on the wire.
        var method = new Method<IMessage, IMessage>(
            MethodType.DuplexStreaming, found.Service.FullName, found.Name, Marshaller(found.InputType), Marshaller(found.OutputType));
        var headers = new Metadata();
        foreach (var (name, value) in arguments.Headers)
        {
            headers.Add(name, value);
        }

        using var call = invoker.AsyncDuplexStreamingCall(method, null, new CallOptions(headers, cancellationToken: cancellationToken));
        var printing = PrintAsync(call.ResponseStream, cancellationToken);
        var parser = new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(Types));
        try
        {
            await foreach (var json in arguments.ReadMessagesAsync(cancellationToken))
            {
                await call.RequestStream.WriteAsync(parser.Parse(json, found.InputType), cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // The server ended the call before it had read everything: its status, which the reader meets, says why.
        }

        await printing;
    }

    private static async Task PrintAsync(IAsyncStreamReader<IMessage> messages, CancellationToken cancellationToken)
    {
        var formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(Types));
        while (await messages.MoveNext(cancellationToken))
        {
            Console.WriteLine(formatter.Format(messages.Current));
        }
    }

    private static void PrintDetails(Metadata trailers)
    {
        if (trailers.GetValueBytes("grpc-status-details-bin") is not { } bytes)
        {
            return;
        }

        var formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(Types));
        foreach (var detail in Google.Rpc.Status.Parser.ParseFrom(bytes).Details)
        {
            Console.Error.WriteLine(formatter.Format(detail));
        }
    }

    private static Marshaller<IMessage> Marshaller(MessageDescriptor type) =>
        new(message => message.ToByteArray(), bytes => type.Parser.ParseFrom(bytes));
}
