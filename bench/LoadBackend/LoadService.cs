using Gateway.Bench.V1;
using Grpc.Core;

namespace Gateway.Bench.Backend;

/// <summary>bench.v1.Load, with as little of its own work as can be.</summary>
internal sealed class LoadService : Load.LoadBase
{
    public override Task<Small> EchoSmall(Small request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Rich> EchoRich(Rich request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Large> EchoLarge(Large request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Stream(StreamRequest request, IServerStreamWriter<Small> responseStream, ServerCallContext context)
    {
        var message = new Small { Text = "a message of a stream", Flag = true };
        // Buffered, so that the backend is not what is measured: the proxies get many messages in one read.
        const int FlushedTogether = 500;
        var buffered = new WriteOptions(WriteFlags.BufferHint);
        var flushed = new WriteOptions();
        for (var i = 1; i <= request.Count; i++)
        {
            message.Id = i;
            responseStream.WriteOptions = i % FlushedTogether == 0 ? flushed : buffered;
            await responseStream.WriteAsync(message, context.CancellationToken);
        }

        if (request.Count < 0)
        {
            // An idle stream: one message, and then silence.
            await responseStream.WriteAsync(message, context.CancellationToken);
            await CellEndpoints.UntilGoneAsync(context.CancellationToken);
        }
    }

    public override async Task<Small> Collect(IAsyncStreamReader<Small> requestStream, ServerCallContext context)
    {
        var count = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            count++;
        }

        return new Small { Id = count };
    }

    public override async Task Talk(IAsyncStreamReader<Small> requestStream, IServerStreamWriter<Small> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(requestStream.Current, context.CancellationToken);
        }
    }
}
