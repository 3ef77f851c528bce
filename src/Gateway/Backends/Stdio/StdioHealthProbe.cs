using System.Net;
using Gateway.Configuration;

namespace Gateway.Backends.Stdio;

/// <summary>A process per call is healthy when it could be started: its program is there and may be executed.</summary>
internal sealed class StdioHealthProbe(ClusterSettings cluster, string baseDirectory) : HealthProbe
{
    public static HttpRequestMessage CreateRequest(ClusterSettings cluster, string baseDirectory)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://stdio.invalid/");
        request.Options.Set(Key, new StdioHealthProbe(cluster, baseDirectory));
        return request;
    }

    public override Task<HttpResponseMessage> RunAsync(
        HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(
            StdioBackend.Check(cluster, baseDirectory).Count == 0 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable));
}
