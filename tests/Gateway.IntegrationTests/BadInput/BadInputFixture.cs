using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.BadInput;

/// <summary>Routes that misbehave on purpose, beside one that does not.</summary>
public sealed class BadInputFixture : GatewayFixture
{
    private string _brokenProgram = "";

    protected override async Task PrepareAsync()
    {
        // It may be executed and is no program: starting it fails.
        _brokenProgram = Path.Combine(Files, "broken");
        await File.WriteAllTextAsync(_brokenProgram, "\u007fELF and nothing more");
        File.SetUnixFileMode(_brokenProgram, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    protected override string Configuration() => $$"""
        { "ReverseProxy": {
          "Routes": {
            "library": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" },
              "Options": { "Sse": { "Heartbeat": "00:00:00.1" }, "WebSocket": { "AllowedOrigins": [ "https://app.example.com" ] }, "Http": { "HeaderFlushDelay": "00:00:00.1" } } },
            "rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Behaviours/{method}" } },
            "small": { "ClusterId": "library", "Match": { "Path": "/small/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/small" } ],
              "Options": { "Limits": { "MessageSize": 4096, "Depth": 8, "CallsPerSocket": 2 } } },
            "body": { "ClusterId": "library", "Match": { "Path": "/body/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/body" } ], "MaxRequestBodySize": 1000 },
            "http-only": { "ClusterId": "library", "Match": { "Path": "/http-only/{**path}" }, "Edges": [ "http" ], "Transforms": [ { "PathRemovePrefix": "/http-only" } ] },
            "dead": { "ClusterId": "dead", "Match": { "Path": "/dead/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/dead" } ] },
            "dead-rpc": { "ClusterId": "dead", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "dead" ] } ] } },
            "small-stdio": { "ClusterId": "behaviours", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "small-stdio" ] } ] },
              "Options": { "Limits": { "MessageSize": 4096 } } },
            {{Lines("echo")}}, {{Lines("broken")}}, {{Lines("early")}}, {{Lines("flood")}}, {{Lines("flood-line")}}, {{Lines("endless")}}, {{Lines("hang")}}, {{Lines("ignore")}}, {{Lines("binary")}}, {{Lines("garbage")}}, {{Lines("told")}},
            "garbage-typed": { "ClusterId": "garbage-typed", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "garbage" ] } ] } }
          },
          "Clusters": {
            "library": {{LibraryCluster()}},
            "dead": {{LibraryCluster($"http://127.0.0.1:{ClosedPort()}/")}},
            "behaviours": { "Protocol": "stdio", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Process": { {{TestChildProgram.Command("hang")}}, {{Stop}} } },
            "echo": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("echo")}}, {{Stop}} } },
            "broken": { "Protocol": "stdio", "Process": { "Command": "{{_brokenProgram}}" } },
            "early": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("exit", "65")}}, {{Stop}} } },
            "flood": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("flood-stderr", "20000")}}, {{Stop}} } },
            "flood-line": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("flood-stdout")}}, {{Stop}}, "Limits": { "LineLength": "64KiB" } } },
            "endless": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("never-end")}}, {{Stop}} } },
            "hang": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("hang")}}, {{Stop}} } },
            "ignore": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("ignore-term")}}, {{Stop}} } },
            "binary": { "Protocol": "stdio", "Process": { "Command": "/usr/bin/printf", "Arguments": [ "fine\\n\\377\\376\\n" ] } },
            "garbage": { "Protocol": "stdio", "Process": { "Command": "/usr/bin/printf", "Arguments": [ "a\\rb\\n\\nlast" ] } },
            "garbage-typed": { "Protocol": "stdio", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Process": { "Command": "/usr/bin/printf", "Arguments": [ "this is no JSON\\n" ] } },
            "told": { "Protocol": "stdio", "Process": { {{TestChildProgram.Command("fail-with-status", "{\"code\":9,\"message\":\"not now\"}")}} } }
          }
        } }
        """;

    private const string Stop = "\"Stop\": { \"Grace\": \"00:00:00.2\" }";

    private static string Lines(string name) => $$"""
        "{{name}}": { "ClusterId": "{{name}}", "Match": { "Path": "/{{name}}" }, "Options": { "Http": { "HeaderFlushDelay": "00:00:05" } } }
        """;

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
