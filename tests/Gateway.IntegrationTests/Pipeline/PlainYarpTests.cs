using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>A file written for YARP, without a key of ours, works as it is.</summary>
public sealed class PlainYarpTests
{
    [Fact]
    public async Task HostThatIsNotAllowed_Is400()
    {
        await using var server = await PlainServer.StartAsync("one");
        await using var gateway = await RunningGateway.StartAsync($$"""
            {
              "AllowedHosts": "api.example.com",
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "one", "Match": { "Path": "/{**path}" } } },
                "Clusters": { "one": { "Destinations": { "a": { "Address": "{{server.Address}}" } } } }
              }
            }
            """);

        using var allowed = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "api.example.com" } };
        using var other = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example.com" } };

        Assert.Equal(HttpStatusCode.OK, (await gateway.Http1.SendAsync(allowed)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Http1.SendAsync(other)).StatusCode);
    }

    [Fact]
    public async Task FileOfAYarpUser_Works()
    {
        await using var one = await PlainServer.StartAsync("one");
        await using var two = await PlainServer.StartAsync("two");
        await using var gateway = await RunningGateway.StartAsync($$"""
            {
              // Routes and clusters in the manner of YARP's own samples.
              "Logging": { "LogLevel": { "Default": "Warning" } },
              "AllowedHosts": "*",
              "ReverseProxy": {
                "Routes": {
                  "minimum": { "ClusterId": "one", "Match": { "Path": "{**catch-all}" } },
                  "all": {
                    "ClusterId": "both",
                    "Order": -1,
                    "AuthorizationPolicy": "Anonymous",
                    "CorsPolicy": "disable",
                    "Match": {
                      "Path": "/something/{**remainder}",
                      "Hosts": [ "www.aaaaa.example", "127.0.0.1" ],
                      "Methods": [ "GET", "PUT" ],
                      "Headers": [ { "Name": "MyCustomHeader", "Values": [ "value1", "value2" ], "Mode": "ExactHeader", "IsCaseSensitive": true } ],
                      "QueryParameters": [ { "Name": "MyQueryParameter", "Values": [ "value1" ], "Mode": "Prefix" } ]
                    },
                    "Metadata": { "MyName": "MyValue" },
                    "Transforms": [
                      { "RequestHeader": "MyHeader", "Set": "MyValue" },
                      { "PathPrefix": "/prefix" },
                      { "QueryValueParameter": "added", "Set": "yes" },
                      { "X-Forwarded": "Set" },
                      { "ResponseHeader": "x-out", "Append": "appended", "When": "Always" }
                    ]
                  },
                  "slow": { "ClusterId": "one", "Timeout": "00:00:00.3", "Match": { "Path": "/hang" } }
                },
                "Clusters": {
                  "one": { "Destinations": { "one/a": { "Address": "{{one.Address}}" } } },
                  "both": {
                    "LoadBalancingPolicy": "RoundRobin",
                    "HealthCheck": { "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "00:00:10" } },
                    "HttpClient": { "MaxConnectionsPerServer": 1024, "EnableMultipleHttp2Connections": true },
                    "HttpRequest": { "ActivityTimeout": "00:02:00", "Version": "1.1", "VersionPolicy": "RequestVersionOrLower" },
                    "Destinations": { "first": { "Address": "{{one.Address}}" }, "second": { "Address": "{{two.Address}}" } },
                    "Metadata": { "TransportFailureRateHealthPolicy.RateLimit": "0.5" }
                  }
                }
              }
            }
            """);

        // 1. The catch-all.
        var (_, plain) = await gateway.Http1.AskAsync(HttpMethod.Post, "/any/where?q=1", Answers.Json("{}"));
        var seen = JsonDocument.Parse(plain).RootElement;
        Assert.Equal("one", seen.GetProperty("server").GetString());
        Assert.Equal("/any/where?q=1", seen.GetProperty("target").GetString());
        Assert.Equal("{}", seen.GetProperty("body").GetString());

        // 2. The route with conditions and transforms, in turns.
        var servers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/something/else?MyQueryParameter=value123", null, ("MyCustomHeader", "value1"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("appended", response.Headers.GetValues("x-out").Single());
            seen = JsonDocument.Parse(body).RootElement;
            Assert.Equal("/prefix/something/else?MyQueryParameter=value123&added=yes", seen.GetProperty("target").GetString());
            Assert.Equal("MyValue", seen.GetProperty("headers").GetProperty("myheader").GetString());
            servers.Add(seen.GetProperty("server").GetString()!);
        }

        Assert.Equal(["one", "one", "two", "two"], servers.Order());

        // 3. A condition that does not hold: the catch-all again.
        var (_, other) = await gateway.Http1.AskAsync(HttpMethod.Get, "/something/else?MyQueryParameter=value1");
        Assert.Equal("/something/else?MyQueryParameter=value1", JsonDocument.Parse(other).RootElement.GetProperty("target").GetString());

        // 4. A WebSocket, and HTTP/2 in front of HTTP/1.1.
        using var socket = await WebSocketClient.ConnectAsync(gateway.Address("/ws", "ws"));
        await socket.SendTextAsync("hello");
        Assert.Equal("hello", await socket.ReadTextAsync());
        await socket.CloseAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http2.AskAsync(HttpMethod.Get, "/over/h2")).Response.StatusCode);

        // 5. A route's own timeout.
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await gateway.Http1.AskAsync(HttpMethod.Get, "/hang")).Response.StatusCode);

        // 6. A server that is gone.
        await one.DisposeAsync();
        Assert.Equal(HttpStatusCode.BadGateway, (await gateway.Http1.AskAsync(HttpMethod.Get, "/any")).Response.StatusCode);
    }
}
