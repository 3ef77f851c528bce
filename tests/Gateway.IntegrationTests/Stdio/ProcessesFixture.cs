using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>Clusters of small programs, one for each way a process can be spoken to.</summary>
public sealed class ProcessesFixture : GatewayFixture
{
    private const string Stop = "\"Stop\": { \"Grace\": \"00:00:00.5\" }";

    private const string Cgi = """
        case "$PATH_INFO" in
          /env) printf 'Content-Type: text/plain\n\n'; env | sort ;;
          /echo) printf 'Status: 201 Created\r\nContent-Type: application/json\r\nX-Team: red\r\nCache-Control: max-age=60\r\nX-Hop: 1\r\nConnection: X-Hop\r\nContent-Encoding: identity\r\n\r\n'; cat ;;
          /redirect) printf 'Location: /elsewhere\n\n' ;;
          /missing) printf 'Status: 404 Not here\nContent-Type: text/plain\n\nnot here' ;;
          /gone) printf 'Status: 204\n\n' ;;
          /exit) echo 'bad input' >&2; exit 65 ;;
          /told) echo '{"code":5,"message":"no item a"}' >&2; exit 1 ;;
          /partial) printf 'Content-Type: text/plain\n'; exit 69 ;;
          /killed) kill -9 $$ ;;
          /nothing) exit 0 ;;
          /unfinished) printf 'Content-Type: text/plain\n' ;;
          /garbage) echo 'hello world'; echo ;;
          /interim) printf 'Status: 100 Continue\n\n' ;;
          /bomb) printf 'X-A: '; head -c 70000 /dev/zero | tr '\0' 'x'; printf '\n\n' ;;
          /many) i=0; while [ $i -lt 200 ]; do echo "X-$i: 1"; i=$((i+1)); done; echo ;;
          /inject) printf 'Content-Type: text/plain\nX-A: b\rSet-Cookie: c=1\n\nfine' ;;
          /half) printf 'Content-Type: text/plain\n\nhalf'; read -r line < "$FIFO"; exit 1 ;;
          /slow) read -r line < "$FIFO"; printf 'Status: 202\n\n' ;;
          *) printf 'Status: 404\n\n' ;;
        esac
        """;

    private const string JsonRpc = """
        import sys, json, os
        def send(o):
            o["jsonrpc"] = "2.0"
            t = json.dumps(o)
            if os.environ.get("LSP"):
                b = t.encode(); sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(b) + b); sys.stdout.buffer.flush()
            else:
                print(t, flush=True)
        def frames():
            f = sys.stdin.buffer
            while True:
                head = f.readline()
                if not head: return
                if not os.environ.get("LSP"):
                    yield json.loads(head); continue
                n = int(head.split(b":")[1]); f.readline()
                yield json.loads(f.read(n))
        got = []
        for m in frames():
            name, id, p = m.get("method"), m.get("id"), m.get("params")
            if name is None: continue
            method = name.split("/")[-1]
            text = (p or {}).get("text") if isinstance(p, dict) else None
            if name == "$/cancelRequest":
                open(os.environ["MARK"], "w").write("cancelled %s" % p["id"])
            elif name == "$/msg":
                got.append(p["data"])
                if current == "Chat": send({"method": "$/msg", "params": {"id": p["id"], "seq": len(got), "data": p["data"]}})
            elif name == "$/half":
                send({"id": p["id"], "result": {"count": str(len(got)), "texts": [g["text"] for g in got]} if current == "Collect" else None})
            elif method in ("Collect", "Chat"): current = method
            elif method == "Hang": send({"method": "window/logMessage", "params": {}})
            elif method == "Stream":
                for i in range(int(p.get("count", 0))): send({"method": "$/msg", "params": {"id": id, "seq": i, "data": {"index": str(i)}}})
                if p.get("size"): send({"id": id, "error": {"code": 9, "message": "no more"}})
                else: send({"id": id, "result": None})
            elif text == "bad": send({"id": id, "error": {"code": -32602, "message": "a must be >1"}})
            elif text == "data": send({"id": id, "error": {"code": -32000, "message": "x", "data": {"code": 5, "message": "no item a"}}})
            elif text == "garbage": print("Traceback: something", flush=True)
            elif text == "die": sys.exit(75)
            elif text == "leave": sys.exit(0)
            elif text == "ask":
                send({"id": 1, "method": "sampling/createMessage", "params": {}})
                send({"id": 77, "result": {"text": "another's"}})
                send({"id": id, "result": {"text": "asked"}})
            elif method == "Echo": send({"id": id, "result": {"text": name + ":" + p["text"]}})
            else: send({"id": id, "result": {"method": name, "params": p}})
        """;

    internal string Mark => Path.Combine(Files, "mark");

    internal string Fifo => Path.Combine(Files, "fifo");

    protected override Task PrepareAsync() => Programs.RunAsync("mkfifo", Fifo);

    protected override string Configuration() => $$"""
        { "ReverseProxy": {
          "Routes": {
            "cgi": { "ClusterId": "cgi", "Match": { "Path": "/hook/{**path}" }, "Options": { "Http": { "HeaderFlushDelay": "00:00:00.05" } } },
            "cgi-shaped": { "ClusterId": "cgi", "Match": { "Path": "/shaped/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/shaped" }, { "ResponseHeader": "X-Shaped", "Set": "yes" } ] },
            {{Route("raw")}}, {{Route("typed")}}, {{Route("serialized")}}, {{Route("arguments")}}, {{Route("len32")}},
            "rpc": { "ClusterId": "rpc", "Match": { "Path": "/rpc/{**path}" } },
            {{Rig("exec")}}, {{Rig("exec-proto")}}, {{Rig("exec-told")}}, {{Rig("exec-stdout")}}, {{Rig("exec-map")}}, {{Rig("exec-buf")}}, {{Rig("environment")}},
            {{Rig("chat-ndjson")}}, {{Rig("chat-lsp")}}, {{Rig("chat-len32")}}, {{Rig("chat-varint")}}, {{Rig("chat-json-seq")}}, {{Rig("chat-len32-proto")}}, {{Rig("chat-varint-proto")}},
            {{Rig("jsonrpc")}}, {{Rig("jsonrpc-lsp")}}
          },
          "Clusters": {
            "cgi": {{Shell(Cgi, "\"Framing\": \"cgi\", \"ScriptName\": \"/hook\", \"Environment\": { \"PATH\": \"/usr/bin:/bin\", \"FIFO\": \"" + Fifo + "\" }")}},
            "raw": {{Shell("cat", "\"Framing\": \"raw\", \"Lifetime\": \"request\"")}},
            "typed": {{Shell("cat; read -r line < \"$1\"; exit 1", "\"Framing\": \"raw\", \"ContentType\": \"text/csv\"", "sh", Fifo)}},
            "serialized": {{Shell("cat; exit $1", "\"Framing\": \"raw\", \"Serialize\": true, \"ContentType\": \"text/csv\"", "sh", "{query.exit}")}},
            "arguments": {{Shell("printf '%s|' \"$@\"", "\"Framing\": \"raw\"", "sh", "--unit={query.unit}", "{query.name}", "{header.x-team}", "{{method}}", "{ .a }")}},
            "len32": {{Shell("cat", "\"Framing\": \"len32\"")}},
            "rpc": {{Python(JsonRpc, "\"Dialect\": \"jsonrpc\"")}},
            "exec": {{Typed(Shell("cat > /dev/null; printf '{\\n\"text\":\"%s\"}\\n' \"$1\"", "\"Framing\": \"raw\", \"MethodArgument\": true", "sh"))}},
            "exec-proto": {{Typed(Shell("cat", "\"Framing\": \"raw\", \"Codec\": \"protobuf\""))}},
            "exec-told": {{Typed(Shell("echo 'a warning' >&2; echo '{\"code\":5,\"message\":\"no item a\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"GONE\"}]}' >&2; exit 1", "\"Framing\": \"raw\""))}},
            "exec-stdout": {{Typed(Shell("echo '{\"code\":7,\"message\":\"not yours\"}'; exit 1", "\"Framing\": \"raw\""))}},
            "exec-map": {{Typed(Shell("exit 3", "\"Framing\": \"raw\", \"ExitCodes\": { \"3\": \"NOT_FOUND\" }"))}},
            "exec-buf": {{Typed(Shell("exit 40", "\"Framing\": \"raw\", \"ExitCodes\": \"buf\""))}},
            "environment": {{Typed(Shell("cat > /dev/null; printf '{\"text\":\"%s\"}' \"$(env | sort | tr '\\n' ';')\"", "\"Framing\": \"raw\", \"PassMetadata\": [ \"x-team\", \"x-many-*\" ], \"Environment\": { \"PATH\": \"/usr/bin:/bin\" }"))}},
            "chat-ndjson": {{Typed(Shell("exec cat", "\"Framing\": \"ndjson\""))}},
            "chat-lsp": {{Typed(Shell("exec cat", "\"Framing\": \"lsp\""))}},
            "chat-len32": {{Typed(Shell("exec cat", "\"Framing\": \"len32\""))}},
            "chat-varint": {{Typed(Shell("exec cat", "\"Framing\": \"varint\""))}},
            "chat-json-seq": {{Typed(Shell("exec cat", "\"Framing\": \"json-seq\""))}},
            "chat-len32-proto": {{Typed(Shell("exec cat", "\"Framing\": \"len32\", \"Codec\": \"protobuf\""))}},
            "chat-varint-proto": {{Typed(Shell("exec cat", "\"Framing\": \"varint\", \"Codec\": \"protobuf\""))}},
            "jsonrpc": {{Typed(Python(JsonRpc, "\"Dialect\": \"jsonrpc\""))}},
            "jsonrpc-lsp": {{Typed(Python(JsonRpc, "\"Dialect\": \"jsonrpc\", \"Framing\": \"lsp\"", ", \"LSP\": \"1\""))}}
          }
        } }
        """;

    private static string Route(string name) => $$"""
        "{{name}}": { "ClusterId": "{{name}}", "Match": { "Path": "/{{name}}" } }
        """;

    /// <summary>Reached by name, or by any HTTP rule, with the header `x-rig`.</summary>
    private static string Rig(string name) => $$"""
        "{{name}}": { "Order": -1, "ClusterId": "{{name}}", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "{{name}}" ] } ] } }
        """;

    private static string Shell(string script, string more, params string[] arguments) =>
        $$"""{ "Protocol": "stdio", "Process": { "Command": "/bin/sh", "Arguments": {{JsonSerializer.Serialize<string[]>(["-c", script, .. arguments])}}, {{more}}, {{Stop}} } }""";

    private string Python(string script, string more, string environment = "") =>
        $$"""{ "Protocol": "stdio", "Process": { "Command": "/usr/bin/python3", "Arguments": {{JsonSerializer.Serialize<string[]>(["-c", script])}}, "Environment": { "MARK": "{{Mark}}"{{environment}} }, {{more}}, {{Stop}} } }""";

    private static string Typed(string cluster) =>
        cluster.Replace("\"Process\":", $"\"Schema\": {{ \"DescriptorSets\": [ \"{Protos.Library}\" ] }}, \"Process\":", StringComparison.Ordinal);
}
