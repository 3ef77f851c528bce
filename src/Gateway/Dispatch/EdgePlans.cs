using System.Collections.Frozen;
using Gateway.Telemetry;
using Transcoders.HttpRules;
using Transcoders.Planning;

namespace Gateway.Dispatch;

/// <summary>What one edge of one route can do: its plans, compiled. Immutable.</summary>
public sealed class EdgePlans
{
    /// <summary>The edge's registered name.</summary>
    public required string Edge { get; init; }

    /// <summary>True when edge and backend speak the same protocol and nothing is to be rewritten: the call never enters the hub.</summary>
    public bool IsPassThrough { get; init; }

    /// <summary>What the hub does for the modes of a protocol that is forwarded itself (gRPC-Web before a gRPC server); null where there is none.</summary>
    public EdgePlans? Hub { get; init; }

    /// <summary>As the edge's traits say; see <see cref="Transcoders.Calls.ProtocolTraits.ExpectsOneAnswer"/>.</summary>
    public bool ExpectsOneAnswer { get; init; }

    /// <summary>The one plan of a route without schema; null when the route has one.</summary>
    public CallPlan? Opaque { get; init; }

    /// <summary>The same for a client that asks for a stream where others get one answer; equal to <see cref="Opaque"/> where there is no difference.</summary>
    public CallPlan? OpaqueStream { get; init; }

    /// <summary>Plans by request path, `/pkg.Service/Method`.</summary>
    public FrozenDictionary<string, CallPlan> ByPath { get; init; } = FrozenDictionary<string, CallPlan>.Empty;

    /// <summary>Plans by the binding the HTTP rules matched, for edges that are reached by URL.</summary>
    public FrozenDictionary<HttpBinding, CallPlan> ByBinding { get; init; } = FrozenDictionary<HttpBinding, CallPlan>.Empty;

    /// <summary>Why a method has no plan on this edge, by its full name.</summary>
    public FrozenDictionary<string, PlanProblem> Refusals { get; init; } = FrozenDictionary<string, PlanProblem>.Empty;

    public required CallLabels Labels { get; init; }
}
