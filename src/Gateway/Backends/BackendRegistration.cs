using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Gateway.Backends;

/// <summary>How one protocol is served behind the gateway. Adding a protocol adds one of these, and no switch.</summary>
public sealed class BackendRegistration
{
    /// <summary>The protocol's name as a cluster's `Protocol` spells it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Whether a route's calls on the edge of that name are forwarded as they are: the same protocol on both sides, or a cluster that is none of our business.
    /// </summary>
    public required Func<ClusterSettings, RouteSettings, string, bool> Forwards { get; init; }

    /// <summary>What the cluster carries, as its settings make it; null when every edge is forwarded.</summary>
    public Func<ClusterSettings, ProtocolTraits>? Traits { get; init; }

    /// <summary>Makes the cluster's backend, given its schema or null; null when every edge is forwarded.</summary>
    public Func<ClusterSettings, GatewayConfig, SchemaCatalog?, IBackend>? Create { get; init; }

    /// <summary>What is wrong with a cluster of this protocol beyond the grammar of the file; null when nothing can be.</summary>
    public Func<ClusterSettings, GatewayConfig, IReadOnlyList<ConfigProblem>>? Check { get; init; }

    /// <summary>Makes the request by which the destination at an address is asked after its health; null when plain HTTP does.</summary>
    public Func<ClusterSettings, GatewayConfig, string, HttpRequestMessage>? Probe { get; init; }

    /// <summary>True when a call that was sent may be sent again to another server; false where only its connection or process may be tried again.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>True when the backend can be asked for its schema by gRPC reflection.</summary>
    public bool HasReflection { get; init; }
}
