using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>YARP's features on routes whose calls the hub carries, and two servers to choose between.</summary>
public sealed class PipelineFixture : GatewayFixture
{
    private LibraryServer? _second;

    /// <summary>The other destination of the clusters that have two.</summary>
    internal LibraryServer Second => _second!;

    protected override async Task PrepareAsync() => _second = await LibraryServer.StartAsync(cancellationToken: Wait.Token());

    protected override string Configuration() => $$"""
        { "ReverseProxy": {
          "Routes": {
            "prefix": { "ClusterId": "library", "Match": { "Path": "/api/{**path}" }, "Transforms": [
              { "PathRemovePrefix": "/api" },
              { "RequestHeader": "x-added", "Set": "by the route" },
              { "RequestHeaderRemove": "x-removed" },
              { "ResponseHeader": "x-answered", "Set": "by the route" },
              { "ResponseHeaderRemove": "x-internal" } ] },
            "pattern": { "ClusterId": "library", "Match": { "Path": "/shelf/{shelf}/{book}" }, "Transforms": [ { "PathPattern": "/v1/shelves/{shelf}/books/{book}" } ] },
            "sticky": { "ClusterId": "sticky", "Match": { "Path": "/sticky/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/sticky" } ] },
            "turns": { "ClusterId": "turns", "Match": { "Path": "/turns/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/turns" } ] },
            "open": { "ClusterId": "library", "Match": { "Path": "/open/{**path}" }, "AuthorizationPolicy": "anonymous", "Transforms": [ { "PathRemovePrefix": "/open" } ] },
            "closed": { "ClusterId": "library", "Match": { "Path": "/closed/{**path}" }, "AuthorizationPolicy": "default", "Transforms": [ { "PathRemovePrefix": "/closed" } ] },
            "rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Behaviours/{method}" } }
          },
          "Clusters": {
            "library": {{LibraryCluster()}},
            "sticky": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "LoadBalancingPolicy": "RoundRobin",
              "SessionAffinity": { "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "stick" }, "Destinations": {{Both}} },
            "turns": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "LoadBalancingPolicy": "RoundRobin", "Destinations": {{Both}} }
          }
        } }
        """;

    private string Both => $$"""{ "a": { "Address": "{{Library.Address}}" }, "b": { "Address": "{{Second.Address}}" } }""";
}
