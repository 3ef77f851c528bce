using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Resilience;

namespace Gateway.IntegrationTests.Descriptions;

/// <summary>The Library and the line tool, each under prefixes of its own with other choices.</summary>
public sealed class DescriptionFixture : GatewayFixture
{
    private (string Address, System.Net.Sockets.Socket Holder) _dead;

    protected override Task PrepareAsync()
    {
        _dead = ScriptedServer.Dead();
        return Task.CompletedTask;
    }

    protected override Task StopAsync()
    {
        _dead.Holder.Dispose();
        return Task.CompletedTask;
    }

    protected override string Configuration() => $$"""
        { "ReverseProxy": {
            "Routes": {
              "library": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
              "library-rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Library/{method}" } },
              {{Route("go", "library", """ "Options": { "Http": { "Compat": "grpc-gateway", "ErrorFormat": "aip-193" } } """)}},
              {{Route("net", "library", """ "Options": { "Http": { "Compat": "aspnet", "ErrorFormat": "problem", "ProtoNames": true }, "Describe": { "Title": "The library", "Version": "7" } } """)}},
              {{Route("bare", "library", """ "Options": { "Http": { "Stream": "ndjson-bare", "EnumsAsNumbers": true } } """)}},
              {{Route("off", "library", """ "Options": { "Describe": { "Serve": false } } """)}},
              {{Route("closed", "library", """ "AuthorizationPolicy": "Default" """)}},
              {{Route("socket", "library", """ "Edges": [ "websocket" ] """)}},
              {{Route("dead", "dead", """ "Edges": [ "http" ] """)}},
              {{Route("tools", "linetool", """ "Edges": [ "http", "websocket" ] """)}},
              "set": { "ClusterId": "library", "Match": { "Path": "/set/{**path}" }, "Transforms": [ { "PathSet": "/v1/books" } ] }
            },
            "Clusters": {
              "library": {{LibraryCluster()}},
              "dead": {{LibraryCluster(_dead.Address)}},
              "linetool": { "Protocol": "stdio", "Schema": { "DescriptorSets": [ "{{Protos.LineTool}}" ] }, "Process": { "Command": "cat" } }
            } } }
        """;

    private static string Route(string id, string cluster, string more) => $$"""
        "{{id}}": { "ClusterId": "{{cluster}}", "Match": { "Path": "/{{id}}/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/{{id}}" } ], {{more}} }
        """;
}
