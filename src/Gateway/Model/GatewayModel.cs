using System.Collections.Frozen;
using Gateway.Backends;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Own;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>One configuration compiled whole. Immutable; swapped as one, and a call keeps the one it began with.</summary>
public sealed class GatewayModel
{
    public required GatewayConfig Config { get; init; }

    /// <summary>Compiled routes by id.</summary>
    public required FrozenDictionary<string, CallRoute> Routes { get; init; }

    /// <summary>Compiled clusters by id: what the next model may keep.</summary>
    public required FrozenDictionary<string, ClusterModel> Clusters { get; init; }

    /// <summary>What the gateway answers itself; null when no route with a schema serves gRPC.</summary>
    public OwnServices? Own { get; init; }
}

/// <summary>One cluster compiled.</summary>
/// <param name="Fingerprint">Sums up settings and schema files: while it is the same, the backend is kept over a reload.</param>
/// <param name="Settings">As declared.</param>
/// <param name="Registration">Its protocol.</param>
/// <param name="Schema">Its schema; null when payloads are opaque.</param>
/// <param name="Backend">Opens calls; null when every edge is forwarded.</param>
/// <param name="Resilience">How its failures are met; null when they are told as they are.</param>
public sealed record ClusterModel(string Fingerprint, ClusterSettings Settings, BackendRegistration Registration, SchemaCatalog? Schema, IBackend? Backend,
    ClusterResilience? Resilience)
{
    private static long _last;

    /// <summary>Another number for each cluster compiled: one that is kept over a reload keeps its own.</summary>
    public long Revision { get; } = Interlocked.Increment(ref _last);
}
