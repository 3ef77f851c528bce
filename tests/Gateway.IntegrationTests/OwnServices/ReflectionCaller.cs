using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;

namespace Gateway.IntegrationTests.OwnServices;

/// <summary>The official client of reflection, on a channel of its own.</summary>
internal sealed class ReflectionCaller(Uri address) : IDisposable
{
    public GrpcChannel Channel { get; } = Open(address);

    public static GrpcChannel Open(Uri address) =>
        GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });

    /// <summary>Asks one question after the other on one stream.</summary>
    public async Task<IReadOnlyList<ServerReflectionResponse>> AskAsync(params ServerReflectionRequest[] questions)
    {
        using var call = new ServerReflection.ServerReflectionClient(Channel).ServerReflectionInfo(cancellationToken: Wait.Token());
        var answers = new List<ServerReflectionResponse>();
        foreach (var question in questions)
        {
            await call.RequestStream.WriteAsync(question);
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            answers.Add(call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
        return answers;
    }

    /// <summary>The services that are listed.</summary>
    public async Task<IReadOnlyList<string>> ListAsync() =>
        [.. (await AskAsync(new ServerReflectionRequest { ListServices = "" }))[0].ListServicesResponse.Service.Select(static service => service.Name)];

    /// <summary>The files that a question about a symbol brings.</summary>
    public async Task<IReadOnlyList<FileDescriptorProto>> DescribeAsync(string symbol) =>
        Files((await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }))[0]);

    /// <summary>UNIMPLEMENTED and the like, instead of an answer.</summary>
    public async Task<StatusCode> RefusalAsync() => (await Assert.ThrowsAsync<RpcException>(ListAsync)).StatusCode;

    public static IReadOnlyList<FileDescriptorProto> Files(ServerReflectionResponse answer) =>
        [.. Assert.IsType<FileDescriptorResponse>(answer.FileDescriptorResponse).FileDescriptorProto.Select(static (ByteString file) => FileDescriptorProto.Parser.ParseFrom(file))];

    public void Dispose() => Channel.Dispose();
}
