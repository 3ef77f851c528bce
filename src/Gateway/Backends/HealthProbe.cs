namespace Gateway.Backends;

/// <summary>
/// A question after a destination's health in its own protocol: the HTTP request that YARP's monitor sends, which knows how to read its answer.
/// </summary>
/// <remarks>A type rather than an option on the request: every call is looked at, and a look at options would make it a dictionary.</remarks>
public abstract class HealthProbe(HttpMethod method, string address) : HttpRequestMessage(method, address)
{
    /// <summary>True when the path of the cluster's `HealthCheck:Active:Path` is asked; false when the protocol has its own.</summary>
    public virtual bool AsksConfiguredPath => false;

    /// <summary>Asks, and answers 200 when the destination is healthy, 503 when it is not.</summary>
    /// <param name="send">Sends it over the cluster's own client.</param>
    /// <param name="cancellationToken">Fires at the monitor's timeout.</param>
    public abstract Task<HttpResponseMessage> RunAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken);
}
