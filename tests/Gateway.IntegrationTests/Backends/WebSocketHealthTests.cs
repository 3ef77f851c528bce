using System.Net;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Backends;

/// <summary>Active health of WebSocket servers, which are asked by plain HTTP.</summary>
public sealed class WebSocketHealthTests
{
    [Fact]
    public async Task ServerThatWantsAnUpgrade_IsAlive_OneThatFails_IsNot()
    {
        await using var server = await SocketServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
              "Routes": {
                "up": { "ClusterId": "up", "Match": { "Path": "/up" } },
                "down": { "ClusterId": "down", "Match": { "Path": "/down" } }
              },
              "Clusters": {
                "up": { {{Cluster(server.Address, "/alive", "")}} },
                "down": { {{Cluster(server.Address, "/dead", "?http=500")}} }
              }
            } }
            """);
        await Wait.UntilAsync(() => Probes(server, "/alive") > 2 && Probes(server, "/dead?http=500") > 2, "probes of both");

        var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/up?do=send&n=1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        (await gateway.Http1.AskAsync(HttpMethod.Get, "/down?do=send&n=1")).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);
    }

    private static int Probes(SocketServer server, string target) => server.Handshakes.Count(seen => seen.Target == target);

    private static string Cluster(string address, string path, string query) => $$"""
        "Protocol": "websocket", "Destinations": { "a": { "Address": "{{address}}" } },
        "HealthCheck": { "AvailableDestinationsPolicy": "HealthyAndUnknown",
          "Active": { "Enabled": true, "Interval": "00:00:00.05", "Timeout": "00:00:05", "Policy": "ConsecutiveFailures", "Path": "{{path}}", "Query": "{{query}}" } }
        """;
}
