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

    /// <summary>Applies the route's transforms to what goes out and comes back; null when the route has none.</summary>
    public IRequestShaper? Shaper { get; init; }
}

/// <summary>The route's transforms, as a backend sees them. One instance per call.</summary>
public interface IRequestShaper
{
    /// <summary>Lets the route's request transforms work on the outgoing message. False: a transform has answered the client itself.</summary>
    ValueTask<bool> ShapeRequestAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Lets the route's response transforms work on the client's response, before its head is written.</summary>
    ValueTask ShapeResponseAsync(HttpResponseMessage response, CancellationToken cancellationToken);
}
