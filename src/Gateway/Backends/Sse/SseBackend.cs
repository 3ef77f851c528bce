using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Schema;
using Transcoders.Sse;

namespace Gateway.Backends.Sse;

/// <summary>Opens calls to servers that answer with event streams: one request, then events.</summary>
internal sealed class SseBackend : IBackend
{
    private readonly CallLimits _limits;
    private readonly TimeProvider _clock;

    /// <param name="cluster">The cluster; its `Sse` section says how streams are read.</param>
    /// <param name="schema">With it messages arrive as protobuf and are laid out by the methods' HTTP rules, and events are JSON; null when both pass as they are.</param>
    /// <param name="limits">Its message size bounds an event.</param>
    /// <param name="clock">Measures the waits before a stream is resumed.</param>
    public SseBackend(ClusterSettings cluster, SchemaCatalog? schema, CallLimits limits, TimeProvider clock)
    {
        _limits = limits;
        _clock = clock;
        Settings = cluster.Sse;
        Methods = schema is null ? null : RestMethods.Build(schema, []);
        Rules = new SseRules(cluster.Sse, HasSchema);
    }

    public string Protocol => SseTraits.Name;

    public SseSettings Settings { get; }

    public SseRules Rules { get; }

    /// <summary>How methods become requests; null without a schema.</summary>
    public RestMethods? Methods { get; }

    public bool HasSchema => Methods is not null;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new SseClientCall(this, head, destination, _limits, _clock, cancellationToken);
}
