namespace Gateway.Backends;

/// <summary>One server of a cluster, as a backend needs to reach it.</summary>
public sealed class Destination
{
    public required string ClusterId { get; init; }

    public required string Id { get; init; }

    /// <summary>The address as configured: `http://10.0.0.7:50051`, `ws://…`, `stdio:jq#0`.</summary>
    public required string Address { get; init; }

    /// <summary>The cluster's HTTP client, connections pooled; null for backends that do not speak HTTP.</summary>
    public HttpMessageInvoker? Invoker { get; init; }

    /// <summary>The HTTP version the cluster asks for; null for the client's own default.</summary>
    public Version? Version { get; init; }

    /// <summary>Whether another version will do; null for lower ones.</summary>
    public HttpVersionPolicy? VersionPolicy { get; init; }
}
