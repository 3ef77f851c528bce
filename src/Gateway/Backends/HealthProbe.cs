namespace Gateway.Backends;

/// <summary>A question after a destination's health in its own protocol, carried by the HTTP request that YARP's monitor sends.</summary>
public abstract class HealthProbe
{
    /// <summary>Under which a request carries its probe.</summary>
    public static readonly HttpRequestOptionsKey<HealthProbe> Key = new("gateway.health-probe");

    /// <summary>Asks, and answers 200 when the destination is healthy, 503 when it is not.</summary>
    /// <param name="request">The request as the probe made it.</param>
    /// <param name="send">Sends it over the cluster's own client.</param>
    /// <param name="cancellationToken">Fires at the monitor's timeout.</param>
    public abstract Task<HttpResponseMessage> RunAsync(
        HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken);
}
