using System.Net;

namespace Gateway.Backends.WebSocket;

/// <summary>
/// Asks a WebSocket server by plain HTTP: whatever it answers that is no failure of its own shows that it lives,
/// for most have nothing to say to a GET but 400, 404 or 426.
/// </summary>
internal sealed class WebSocketHealthProbe(string address) : HealthProbe(HttpMethod.Get, address)
{
    /// <summary>The path the configuration names is asked.</summary>
    public override bool AsksConfiguredPath => true;

    public override async Task<HttpResponseMessage> RunAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        using var answer = await send(this, cancellationToken);
        return new HttpResponseMessage((int)answer.StatusCode < 500 || answer.StatusCode == HttpStatusCode.NotImplemented ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
    }
}
