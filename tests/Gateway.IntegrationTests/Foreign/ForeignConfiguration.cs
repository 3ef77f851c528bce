using Gateway.DocTests.Running;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>The file of <see cref="ForeignFixture"/>'s gateway.</summary>
internal static class ForeignConfiguration
{
    public static string Text(string library, int sockets, int rpc, int python, int nginx, int daemon) => $$"""
        { "ReverseProxy": {
            "Routes": {
              {{Behaviours("grpc")}}, {{Behaviours("ws")}}, {{Behaviours("http")}}, {{Behaviours("sse")}}, {{Behaviours("stdio")}}, {{Behaviours("nginx")}},
              // What a page asks for, without a header of its own.
              "page-rpc": { "ClusterId": "grpc", "Order": 1, "Match": { "Path": "/v1/{**path}" }, "Options": { "Sse": { "Retry": "00:00:00.01" } } },
              "rpc": { "ClusterId": "grpc", "Order": 1, "Match": { "Path": "/library.v1.Behaviours/{method}" } },
              "page": { "ClusterId": "nginx-site", "Match": { "Path": "/page/{**path}" } },
              "ws-site": { "ClusterId": "ws-site", "Match": { "Path": "/ws/{**path}" } },
              "guarded": { "ClusterId": "ws-site", "Match": { "Path": "/guarded" } },
              "daemon": { "ClusterId": "daemon", "Match": { "Path": "/daemon" } },
              "py": { "ClusterId": "py", "Match": { "Path": "/py/{**path}" }, "Options": { "Sse": { "Retry": "00:00:00.01" } } },
              "py-sse": { "ClusterId": "py-sse", "Match": { "Path": "/resumed" }, "Transforms": [ { "PathSet": "/py/events" } ] },
              "nginx-site": { "ClusterId": "nginx-site", "Match": { "Path": "/nginx/{**path}" }, "Edges": [ "http", "websocket", "sse" ] },
              "watch": { "ClusterId": "library", "Match": { "Path": "/v1/shelves/{shelf}" },
                         "Options": { "Sse": { "Resume": "buffer", "Retry": "00:00:00.01" } } },
              "books": { "ClusterId": "library", "Match": { "Path": "/v1/shelves/{shelf}/books" } },
              {{Tool("jq")}}, {{Tool("sed")}}, {{Tool("awk")}}, {{Tool("bash")}}, {{Tool("python")}},
              "cgi": { "ClusterId": "cgi", "Match": { "Path": "/cgi/{**path}" } }
            },
            "Clusters": {
              "library": { "Protocol": "grpc", {{Schema}}, {{At(library)}} },
              "grpc": { "Protocol": "grpc", {{Schema}}, {{At($"http://127.0.0.1:{rpc}")}} },
              "ws": { "Protocol": "websocket", "WebSocket": { "HalfClose": "emptyText" }, {{Schema}}, {{At($"ws://127.0.0.1:{sockets}")}} },
              "http": { "Protocol": "http", {{Schema}}, {{At($"http://127.0.0.1:{python}")}} },
              "sse": { "Protocol": "sse", {{Schema}}, {{At($"http://127.0.0.1:{python}")}} },
              "stdio": { "Protocol": "stdio", {{Schema}}, "Process": {
                "Command": "{{Path.Combine(Repository.Root, "tests", "programs", "behaviours.sh")}}", "PassEnvironment": [ "PATH" ],
                "PassMetadata": [ "x-team" ], "Lifetime": "request", "Stop": { "Grace": "00:00:00.2" } } },
              "nginx": { "Protocol": "http", {{Schema}}, {{At($"http://127.0.0.1:{nginx}")}} },
              "nginx-site": { "Protocol": "http", {{At($"http://127.0.0.1:{nginx}")}} },
              "ws-site": { "Protocol": "websocket", {{At($"ws://127.0.0.1:{sockets}")}} },
              "daemon": { "Protocol": "websocket", {{At($"ws://127.0.0.1:{daemon}")}} },
              "py": { "Protocol": "http", {{At($"http://127.0.0.1:{python}")}} },
              "py-sse": { "Protocol": "sse", {{At($"http://127.0.0.1:{python}")}} },
              "jq": {{Process("jq", "-c", "--unbuffered", "{n: (.n + 1)}")}},
              "sed": {{Process("sed", "-u", "s/^/> /")}},
              "awk": {{Process("awk", "{ print NF; fflush() }")}},
              "bash": {{Process("bash", "-c", "while read -r line; do echo $${#line}; done")}},
              "python": {{Process("python3", "-uc", "import sys\\nfor line in sys.stdin: print(line.strip()[::-1])")}},
              "cgi": { "Protocol": "stdio", "Process": { "Framing": "cgi", "ScriptName": "/cgi", "PassEnvironment": [ "PATH", "HOME" ],
                "Command": "python3", "Arguments": [ "{{Path.Combine(Repository.Root, "tests", "programs", "report.cgi.py")}}" ] } }
            } } }
        """;

    private static string Schema => $$"""
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }
        """;

    /// <summary>library.v1.Behaviours of the cluster that the header names.</summary>
    private static string Behaviours(string name) => $$"""
        "{{name}}": { "ClusterId": "{{name}}", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-backend", "Values": [ "{{name}}" ] } ] }, "Order": -1 }
        """;

    private static string Tool(string name) => $$"""
        "{{name}}": { "ClusterId": "{{name}}", "Match": { "Path": "/{{name}}" } }
        """;

    private static string At(string address) => $$"""
        "Destinations": { "a": { "Address": "{{address}}" } }
        """;

    private static string Process(string command, params string[] arguments) => $$"""
        { "Protocol": "stdio", "Process": { "Command": "{{command}}", "Arguments": [ "{{string.Join("\", \"", arguments)}}" ], "PassEnvironment": [ "PATH", "HOME" ] } }
        """;
}
