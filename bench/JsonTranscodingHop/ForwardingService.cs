using Gateway.Bench.V1;
using Grpc.Core;

namespace Gateway.Bench.JsonTranscodingHop;

/// <summary>Hands each call on to the backend.</summary>
internal sealed class ForwardingService(Load.LoadClient backend) : Load.LoadBase
{
    public override async Task<Small> EchoSmall(Small request, ServerCallContext context) =>
        await backend.EchoSmallAsync(request, cancellationToken: context.CancellationToken);

    public override async Task<Rich> EchoRich(Rich request, ServerCallContext context) =>
        await backend.EchoRichAsync(request, cancellationToken: context.CancellationToken);

    public override async Task<Large> EchoLarge(Large request, ServerCallContext context) =>
        await backend.EchoLargeAsync(request, cancellationToken: context.CancellationToken);

    public override async Task Stream(StreamRequest request, IServerStreamWriter<Small> responseStream, ServerCallContext context)
    {
        using var call = backend.Stream(request, cancellationToken: context.CancellationToken);
        while (await call.ResponseStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(call.ResponseStream.Current, context.CancellationToken);
        }
    }
}
