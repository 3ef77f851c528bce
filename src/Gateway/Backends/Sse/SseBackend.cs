using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Gateway.Backends.Sse;

/// <summary>Opens calls to servers that answer with event streams: one request, then events.</summary>
internal sealed class SseBackend : IBackend
{
    private readonly CallLimits _limits;
    private readonly TimeProvider _clock;

    /// <param name="cluster">The cluster; its `Sse` section says how streams are read.</param>
    /// <param name="hasSchema">Messages are a schema's: they arrive as protobuf, and events are JSON.</param>
    /// <param name="limits">Its message size bounds an event.</param>
    /// <param name="clock">Measures the waits before a stream is resumed.</param>
    public SseBackend(ClusterSettings cluster, bool hasSchema, CallLimits limits, TimeProvider clock)
    {
        _limits = limits;
        _clock = clock;
        Settings = cluster.Sse;
        HasSchema = hasSchema;
        Rules = new SseRules(cluster.Sse, hasSchema);
    }

    public string Protocol => SseTraits.Name;

    public SseSettings Settings { get; }

    public SseRules Rules { get; }

    public bool HasSchema { get; }

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new SseClientCall(this, head, destination, _limits, _clock, cancellationToken);
}
