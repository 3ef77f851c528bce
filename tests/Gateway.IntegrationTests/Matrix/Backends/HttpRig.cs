using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>An HTTP server with a JSON interface by the rules of library.v1.Behaviours. HTTP/2, so that a call may stream both ways.</summary>
internal sealed class HttpRig : WebRig
{
    public override string Backend => "http";

    public override BackendTraits Traits { get; } = new()
    {
        SeesDeadline = true,
        KilledAs = StatusCode.Unavailable,
        Bare = HttpStatuses.Bare,
        NoTrailers = "an HTTP answer in JSON has no place for trailers",
    };

    public override string Cluster(bool isKillable) => $$"""
        "Protocol": "http",
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
        "Http": { "Duplex": true, "TimeoutHeader": true },
        "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" },
        "Destinations": { "a": { "Address": "{{Address(isKillable, isHttp2: true)}}" } }
        """;

    protected override Task ServeAsync(HttpContext context)
    {
        var headers = WebServer.Headers(context.Request);
        var call = new HttpRigCall(context) { Method = WebServer.MethodOf(context.Request.Path), Headers = headers, Deadline = RigCall.DeadlineOf(headers) };
        return new BehaviourScript(call, Ledger).RunAsync();
    }
}
