using Gateway.IntegrationTests.Hosting;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>A gateway before a REST server: with a schema, with rules of its own, without a schema, and before a server of HTTP/2 that answers meanwhile.</summary>
public sealed class HttpBackendFixture : IAsyncLifetime
{
    private RestServer? _rest;
    private RestServer? _duplex;
    private RunningGateway? _gateway;

    internal RestServer Rest => _rest!;

    internal RunningGateway Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        _rest = await RestServer.StartAsync();
        _duplex = await RestServer.StartAsync(HttpProtocols.Http2);
        _gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
                "Routes": {
                  "plain":  { "ClusterId": "plain", "Order": 3, "Match": { "Path": "/{**path}" }, "Edges": [ "http", "websocket", "sse" ] },
                  "rest":   { "ClusterId": "rest", "Order": 2, "Match": { "Path": "/library.v1.Library/{**path}" } },
                  "socket": { "ClusterId": "rest", "Order": 2, "Match": { "Path": "/socket" } },
                  "v1":     { "ClusterId": "rest", "Order": 2, "Match": { "Path": "/v1/{**path}" } },
                  "rules":  { "ClusterId": "rules", "Order": 1, "Match": { "Path": "/library.v1.Library/{**path}", "Headers": [ { "Name": "x-rules", "Values": [ "own" ] } ] } },
                  "duplex": { "ClusterId": "duplex", "Order": 1, "Match": { "Path": "/library.v1.Library/Discuss" } } },
                "Clusters": {
                  "plain":  { "Destinations": { "a": { "Address": "{{_rest.Address}}" } } },
                  "rest":   { "Protocol": "http", "Http": { "TimeoutHeader": true }, "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{_rest.Address}}" } } },
                  "rules":  { "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ], "HttpRules": [
                                { "selector": "library.v1.Library.GetBook", "post": "/own/{name=**}", "body": "*" },
                                { "selector": "library.v1.Library.ListBooks", "get": "/own/list", "response_body": "books" } ] },
                              "Destinations": { "a": { "Address": "{{_rest.Address}}/base/" } } },
                  "duplex": { "Http": { "Duplex": true }, "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ],
                              "HttpRules": [ { "selector": "library.v1.Library.Discuss", "post": "/v1/discuss:echo", "body": "*" } ] },
                              "Destinations": { "a": { "Address": "{{_duplex.Address}}" } } } } } }
            """);
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _rest!.DisposeAsync();
        await _duplex!.DisposeAsync();
    }

    internal GrpcChannel Channel() => GrpcChannel.ForAddress(Gateway.Url);
}
