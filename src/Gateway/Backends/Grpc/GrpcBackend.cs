using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>Opens gRPC calls over the cluster's pooled HTTP/2 connections, with our own framing.</summary>
/// <remarks>Why not a client library: the gateway has no generated types, and the frames pass without a copy per layer.</remarks>
internal sealed class GrpcBackend(CallLimits limits, TimeProvider clock) : IBackend
{
    public string Protocol => GrpcTraits.Name;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new GrpcClientCall(head, destination, limits, clock, cancellationToken);
}
