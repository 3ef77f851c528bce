using System.Collections.Frozen;
using Gateway.Backends;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Gateway.Dispatch;

/// <summary>One route with its cluster, compiled: everything a call needs to know that does not change from call to call. Immutable.</summary>
public sealed class CallRoute
{
    private static readonly TimeSpan DefaultUnaryTimeout = TimeSpan.FromSeconds(30);

    public required string Id { get; init; }

    public required string ClusterId { get; init; }

    public required RouteSettings Settings { get; init; }

    /// <summary>Opens calls to the cluster; null when every call of the route is forwarded as it is.</summary>
    public required IBackend? Backend { get; init; }

    public required CallLimits Limits { get; init; }

    /// <summary>The google.api.http rules of the cluster's schema; null without a schema.</summary>
    public required HttpRuleTable? Rules { get; init; }

    /// <summary>What each edge can do; an edge that is not here is not served.</summary>
    public required FrozenDictionary<string, EdgePlans> Edges { get; init; }

    /// <summary>How methods resume a stream by a field of their own, by full name; empty where none does.</summary>
    public FrozenDictionary<string, CursorField> Cursors { get; init; } = FrozenDictionary<string, CursorField>.Empty;

    /// <summary>Writes statuses as the route's clients read them.</summary>
    public required StatusWriter StatusWriter { get; init; }

    /// <summary>What failures look like to HTTP clients that name no other shape.</summary>
    public StatusFormat ErrorFormat { get; init; }

    /// <summary>Writes statuses as clients of Connect read them.</summary>
    public required StatusWriter ConnectErrors { get; init; }

    /// <summary>Decides which headers become metadata.</summary>
    public required MetadataPolicy Metadata { get; init; }

    /// <summary>What the route says of itself; null without a schema.</summary>
    public RouteDescription? Description { get; init; }

    /// <summary>How failures of the cluster are met; null when they are told as they are.</summary>
    public ClusterResilience? Resilience { get; init; }

    /// <summary>Paths of methods whose author promised that repeating them does no harm, for calls that are forwarded as they are.</summary>
    public FrozenSet<string> RepeatablePaths { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Silence after which a stream ends; infinite when it may stay silent.</summary>
    public TimeSpan StreamIdle { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The earlier of what the client asked for and what the route allows. Unary calls have a default; streams may run for ever.</summary>
    public Deadline DeadlineFor(CallShape shape, TimeSpan? asked, TimeProvider clock)
    {
        var timeout = Settings.Timeout ?? (shape == CallShape.Unary ? DefaultUnaryTimeout : Timeout.InfiniteTimeSpan);
        if (asked is { } wanted && (timeout == Timeout.InfiniteTimeSpan || wanted < timeout))
        {
            timeout = wanted;
        }

        return timeout == Timeout.InfiniteTimeSpan ? Deadline.None : Deadline.After(timeout, clock);
    }
}
