using System.Collections.Concurrent;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>Opens gRPC calls over the cluster's pooled HTTP/2 connections, with our own framing.</summary>
/// <remarks>Why not a client library: the gateway has no generated types, and the frames pass without a copy per layer.</remarks>
internal sealed class GrpcBackend(CallLimits limits, TimeProvider clock) : IBackend
{
    /// <summary>Most targets remembered: without a schema, clients name the methods.</summary>
    private const int MaxTargets = 4096;

    private readonly ConcurrentDictionary<(string Address, string Method), Uri> _targets = new();

    public string Protocol => GrpcTraits.Name;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new GrpcClientCall(head, destination, Target(destination.Address, head.Method), limits, clock, cancellationToken);

    /// <summary>Where a method of a server is: parsing an address for each call would cost more than its framing.</summary>
    private Uri Target(string address, string method) =>
        _targets.TryGetValue((address, method), out var target) ? target
            : _targets.Count >= MaxTargets ? Make((address, method))
            : _targets.GetOrAdd((address, method), static key => Make(key));

    private static Uri Make((string Address, string Method) key) => new(key.Address.TrimEnd('/') + "/" + key.Method);
}
