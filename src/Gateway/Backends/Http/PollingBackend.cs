using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>
/// Reads a resource again and again for a client that follows it, where its server knows of no streams. What else is opened through here is
/// asked once. Source: PROTOCOLS §10.7 cell 13.
/// </summary>
/// <param name="inner">Asks once.</param>
/// <param name="settings">How often, and what ends it.</param>
/// <param name="clock">Measures the waits.</param>
internal sealed class PollingBackend(IBackend inner, PollSettings settings, TimeProvider clock) : IBackend
{
    public string Protocol => inner.Protocol;

    internal PollSettings Settings => settings;

    internal TimeProvider Clock => clock;

    internal IBackend Inner => inner;

    /// <summary>What is wrong with a cluster's `Poll`; empty when nothing is.</summary>
    public static IReadOnlyList<ConfigProblem> Check(ClusterSettings cluster) => cluster is { Http.Poll: not null, Schema: not null }
        ? [new(cluster.Position, $"ReverseProxy:Clusters:{cluster.Id}:Http:Poll", "a resource is polled as it is, and this cluster has a Schema; leave out one of them.")]
        : [];

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        head is { Method.Length: 0, Verb: "GET", ExpectsOneAnswer: false, Shape: CallShape.ServerStreaming }
            ? new PollingClientCall(this, head, destination, cancellationToken)
            : inner.Open(head, destination, cancellationToken);
}
