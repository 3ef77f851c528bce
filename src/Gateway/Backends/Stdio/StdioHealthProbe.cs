using System.Net;
using Gateway.Configuration;

namespace Gateway.Backends.Stdio;

/// <summary>A process per call is healthy when it could be started: its program is there and may be executed.</summary>
internal sealed class StdioHealthProbe(ClusterSettings cluster, string baseDirectory)
    : HealthProbe(HttpMethod.Get, "http://stdio.invalid/")
{
    public override Task<HttpResponseMessage> RunAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(
            StdioBackend.Check(cluster, baseDirectory).Count == 0 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable));
}
