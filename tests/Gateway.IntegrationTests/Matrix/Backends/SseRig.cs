using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A server of event streams, which are asked for by the rules of library.v1.Behaviours.</summary>
internal sealed class SseRig : WebRig
{
    public override string Backend => "sse";

    public override BackendTraits Traits { get; } = new()
    {
        SeesDeadline = true,
        KilledAs = StatusCode.Unavailable,
        Bare = HttpStatuses.Bare,
        NoRequestStream = "an event stream flows one way only",
    };

    public override string Cluster(bool isKillable) => $$"""
        "Protocol": "sse",
        "Schema": {
          "DescriptorSets": [ "{{Protos.Library}}" ],
          "HttpRules": [ { "selector": "library.v1.Behaviours.Stream", "post": "/v1/behaviours:stream", "body": "*" } ]
        },
        "Http": { "TimeoutHeader": true },
        "Destinations": { "a": { "Address": "{{Address(isKillable)}}" } }
        """;

    protected override Task ServeAsync(HttpContext context)
    {
        var headers = WebServer.Headers(context.Request);
        var call = new SseRigCall(context) { Method = WebServer.MethodOf(context.Request.Path), Headers = headers, Deadline = RigCall.DeadlineOf(headers) };
        return new BehaviourScript(call, Ledger).RunAsync();
    }
}
