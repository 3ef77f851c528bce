using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A WebSocket server: gateway.v1.json for whoever offers it, else a call for each socket.</summary>
internal sealed class WebSocketRig : WebRig
{
    public override string Backend => "websocket";

    public override BackendTraits Traits { get; } = new() { KilledAs = StatusCode.Unavailable, Bare = HttpStatuses.Bare, SeesDeadline = true };

    public override string Cluster(bool isKillable) => $$"""
        "Protocol": "websocket",
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
        "WebSocket": { "Subprotocols": [ "{{RigSocket.Envelope}}" ], "HalfClose": "envelope" },
        "Destinations": { "a": { "Address": "{{Address(isKillable)}}" } }
        """;

    protected override async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using var socket = new RigSocket(context, Ledger);
        await socket.ServeAsync();
    }
}
