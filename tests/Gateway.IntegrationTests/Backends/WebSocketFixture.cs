using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Backends;

/// <summary>A WebSocket server and a gateway in front of it, with a route for each way to speak to it.</summary>
public sealed class WebSocketFixture : IAsyncLifetime
{
    private SocketServer? _server;
    private RunningGateway? _gateway;

    internal SocketServer Server => _server!;

    internal RunningGateway Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        _server = await SocketServer.StartAsync();
        _gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
              "Routes": {
                "plain": { "ClusterId": "plain", "Match": { "Path": "/{**path}" }, "Options": { "Limits": { "MessageSize": "64KiB" } } },
                "hurried": { "ClusterId": "plain", "Match": { "Path": "/hurried" }, "Timeout": "00:00:00.5" },
                "last": { "ClusterId": "plain", "Match": { "Path": "/last" }, "Options": { "Http": { "Reply": "last" } } },
                "count": { "ClusterId": "plain", "Match": { "Path": "/count" }, "Options": { "Http": { "Reply": "count", "ReplyCount": 2 } } },
                "all": { "ClusterId": "plain", "Match": { "Path": "/all" }, "Options": { "Http": { "Reply": "all" } } },
                "stream": { "ClusterId": "plain", "Match": { "Path": "/stream" }, "Options": { "Http": { "Reply": "stream" } } },
                "codes": { "ClusterId": "codes", "Match": { "Path": "/codes" } },
                "chatty": { "ClusterId": "chatty", "Match": { "Path": "/chatty" } },
                "ticks": { "ClusterId": "ticks", "Match": { "Path": "/ticks" } },
                "shared": { "ClusterId": "shared", "Match": { "Path": "/shared" } },
                "nobody": { "ClusterId": "nobody", "Match": { "Path": "/nobody" } }
              },
              "Clusters": {
                "plain": { {{Cluster(_server.Address)}}, "WebSocket": { "Subprotocols": [ "chat.v1" ] } },
                "codes": { {{Cluster(_server.Address)}}, "WebSocket": { "CloseCodes": { "4001": "UNAUTHENTICATED", "4002": "OK" } } },
                "chatty": { {{Cluster(_server.Address)}}, "WebSocket": {
                  "SkipMessages": 1, "AutoReply": [ { "Member": "type", "Value": "ping", "Reply": "{\"type\":\"pong\"}" } ], "ExitMessage": "bye" } },
                "ticks": { {{Cluster(_server.Address)}}, "WebSocket": {
                  "OpenMessages": [ "{\"op\":\"subscribe\",\"ch\":\"{query.ch}\"}" ], "EventName": "type" } },
                "shared": { {{Cluster(_server.Address)}}, "WebSocket": { "OpenMessages": [ "{path}" ], "Shared": true, "SharedMessages": 8 } },
                "nobody": { {{Cluster("ws://127.0.0.1:1")}} }
              }
            } }
            """);
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _server!.DisposeAsync();
    }

    private static string Cluster(string address) => $$"""
        "Protocol": "websocket", "Destinations": { "a": { "Address": "{{address}}" } }
        """;
}
