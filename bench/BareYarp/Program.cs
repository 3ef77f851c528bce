using Gateway.Bench;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

// The floor: YARP as it comes, gRPC on the HTTP/2 port and plain HTTP on the other.
var builder = MeasuredServer.CreateBuilder();
builder.Services.AddReverseProxy().LoadFromMemory(
    [
        new RouteConfig { RouteId = "plain", ClusterId = "plain", Match = new RouteMatch { Path = "/plain/{**path}" } },
        new RouteConfig { RouteId = "grpc", ClusterId = "grpc", Match = new RouteMatch { Path = "/bench.v1.Load/{method}" } },
    ],
    [
        new ClusterConfig
        {
            ClusterId = "plain",
            Destinations = new Dictionary<string, DestinationConfig> { ["a"] = new() { Address = args[0] } },
        },
        new ClusterConfig
        {
            ClusterId = "grpc",
            HttpRequest = new ForwarderRequestConfig { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
            Destinations = new Dictionary<string, DestinationConfig> { ["a"] = new() { Address = args[1] } },
        },
    ]);
var app = builder.Build();
app.MapReverseProxy();
await MeasuredServer.RunAsync(app);
