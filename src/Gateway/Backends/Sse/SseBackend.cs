using Gateway.Backends.Http;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Payloads;
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
        Cluster = cluster;
        Methods = schema is null ? null : RestMethods.Build(schema, HttpRuleJson.ParseAll(cluster.Schema?.HttpRules ?? [], out _));
        Rules = new SseRules(cluster.Sse, HasSchema);
        Http = new HttpCallOptions(cluster.Http, limits, clock, new ErrorBodyReader(new StatusJsonReader(schema ?? SchemaCatalog.BuiltIn)), Rules);
    }

    public string Protocol => SseTraits.Name;

    public ClusterSettings Cluster { get; }

    public SseRules Rules { get; }

    /// <summary>How requests are made and refusals read, as behind plain HTTP.</summary>
    public HttpCallOptions Http { get; }

    /// <summary>How methods become requests; null without a schema.</summary>
    public RestMethods? Methods { get; }

    public bool HasSchema => Methods is not null;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new SseClientCall(this, head, destination, _limits, _clock, cancellationToken);
}
