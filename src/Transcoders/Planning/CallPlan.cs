using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Planning;

/// <summary>How one edge speaks to one backend for one method: decided at load, used by every call. Immutable.</summary>
public sealed class CallPlan
{
    public required ProtocolTraits Edge { get; init; }

    public required ProtocolTraits Backend { get; init; }

    /// <summary>The method; null when the route has no schema and payloads are opaque.</summary>
    public required MethodSchema? Method { get; init; }

    public required CallShape Shape { get; init; }

    public required PayloadExchange Payloads { get; init; }

    /// <summary>What makes one answer of the backend's stream; null when the answers pass as they are.</summary>
    public Reply? Reply { get; init; }

    /// <summary>`pkg.Service/Method`, or empty.</summary>
    public string MethodName => Method?.FullName ?? "";
}

/// <summary>Why an edge cannot speak to a backend, in one sentence that also says what would work.</summary>
public sealed record PlanProblem(string Text);

/// <summary>A plan, or the reason there is none.</summary>
public readonly record struct PlanResult(CallPlan? Plan, PlanProblem? Problem)
{
    public static PlanResult Of(CallPlan plan) => new(plan, null);

    public static PlanResult Refuse(string text) => new(null, new PlanProblem(text));
}
