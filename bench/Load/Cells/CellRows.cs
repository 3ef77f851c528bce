using Gateway.Bench.V1;
using Google.Protobuf;

namespace Gateway.Bench.Driver.Cells;

/// <summary>Every figure of every pair of two protocols. A new cell of the matrix is a new row here.</summary>
internal static class CellRows
{
    private const int Length = CellServers.StreamLength;
    private const string Lines = "application/x-ndjson";
    private const string Events = "text/event-stream";
    private const string Endless = "?count=2000000000";

    // Of an event on the wire: id, data, and the line between two.
    private const int LinesPerEvent = 3;

    // Of a stdio row: so many lines are under way at once.
    private const int Window = 16;

    private static readonly byte[] Json = Payloads.Json(Payloads.Small);
    private static readonly byte[] Rpc = """{"jsonrpc":"2.0","id":1,"method":"ask","params":{"text":"a question"}}"""u8.ToArray();

    public static IReadOnlyList<CellRow> All { get; } =
    [
        Post("http-grpc/unary", "unary call, JSON both ways", "/v1/small", 32),
        Get("http-grpc/stream", "server stream as NDJSON", $"/v1/stream?count={Length}", Lines),
        Get("http-sse/stream", "event stream as NDJSON", $"/sse/stream?count={Length}", Lines),
        Post("http-websocket/call", "a socket for each call, first message is the answer", "/ws/echo", 16),
        Get("http-websocket/stream", "messages of a socket as NDJSON", $"/ws/stream?count={Length}", Lines),
        Post("http-stdio/call", "a process for each call (`cat`)", "/run", 4),
        Get("http-stdio/stream", "lines of a process", "/lines", "*/*"),

        Echo("websocket-http/message", "each message a request", "/http/echo", 32),
        Echo("websocket-grpc/talk", "bidirectional call, ping-pong", "/v1/talk", 32, isSame: false) with { TargetMicroseconds = 25 },
        Socket("websocket-grpc/stream", "server stream", $"/v1/stream?count={Length}"),
        Socket("websocket-sse/stream", "event stream", $"/sse/stream?count={Length}"),
        Echo("websocket-stdio/echo", "line echo of a process (`cat`), ping-pong", "/cat", 32) with
        {
            Websocketd = server => () => new WebSocketEchoLoad(server.Http1, "/", Json, Json),
            Target = 0.6,
        },
        new("websocket-stdio/connect", "connect, process, echo, close", "call", 8, server => () => new WebSocketConnectLoad(server.Http1, "/cat", Json))
        {
            Websocketd = server => () => new WebSocketConnectLoad(server.Http1, "/", Json),
            Target = 1.0,
        },
        Socket("websocket-stdio/stream", "lines of a process", "/lines"),

        Unary("grpc-http/unary", "unary call", "http"),
        Stream("grpc-http/stream", "NDJSON as server stream", "http"),
        Stream("grpc-sse/stream", "event stream as server stream", "sse"),
        Talk("grpc-websocket/talk", "bidirectional call, ping-pong", "websocket-talk"),
        Stream("grpc-websocket/stream", "messages of a socket as server stream", "websocket"),
        Talk("grpc-stdio/talk", "bidirectional call, ping-pong with `cat`", "stdio-talk"),
        Stream("grpc-stdio/stream", "lines of a process as server stream", "stdio"),

        Get("sse-http/stream", "NDJSON as events", $"/http/stream?count={Length}", Events),
        Get("sse-websocket/stream", "messages of a socket as events", $"/ws/stream?count={Length}", Events),
        Get("sse-grpc/stream", "server stream as events", $"/v1/stream?count={Length}", Events),
        Get("sse-stdio/stream", "lines of a process as events", "/lines", Events),

        Session("stdio-http/session", "`gateway stdio`: each JSON-RPC message a request", "rpc"),
        Call("stdio-http/stream", "`gateway call`: NDJSON", "GET /http/stream" + Endless),
        Call("stdio-sse/stream", "`gateway call`: event stream", "GET /sse/stream" + Endless),
        CallTalk("stdio-websocket/echo", "`gateway call`: echo of a socket, 16 lines at once", "GET /ws/echo"),
        Call("stdio-websocket/stream", "`gateway call`: messages of a socket", "GET /ws/stream" + Endless),
        CallTalk("stdio-grpc/talk", "`gateway call`: bidirectional call, 16 messages at once", "POST /v1/talk"),
        Call("stdio-grpc/stream", "`gateway call`: server stream", "GET /v1/stream" + Endless),
    ];

    private static CellRow Get(string id, string what, string path, string accept)
    {
        var perMessage = accept == Events ? LinesPerEvent : 1;
        return new(id, what, "message", 4, server => () => new HttpLoad(server.Http1, HttpLoad.Get(server.Http1, path, accept), Length * perMessage, perMessage));
    }

    private static CellRow Post(string id, string what, string path, int clients) =>
        new(id, what, "call", clients, server => () => new HttpLoad(server.Http1, HttpLoad.Post(server.Http1, path, "application/json", Json), 0));

    private static CellRow Echo(string id, string what, string path, int clients, bool isSame = true) =>
        new(id, what, "message", clients, server => () => new WebSocketEchoLoad(server.Http1, path, Json, isSame ? Json : []));

    private static CellRow Socket(string id, string what, string path) =>
        new(id, what, "message", 4, server => () => new WebSocketStreamLoad(server.Http1, path, Length));

    private static CellRow Unary(string id, string what, string cell) => new(id, what, "call", 32, server =>
    {
        var invoker = GrpcLoad.Connect();
        return () => new GrpcLoad(invoker, server.Http2, "/bench.v1.Load/EchoSmall", Payloads.Small.ToByteArray(), cell: cell);
    });

    private static CellRow Stream(string id, string what, string cell) => new(id, what, "message", 4, server =>
    {
        var invoker = GrpcLoad.Connect();
        return () => new GrpcLoad(invoker, server.Http2, "/bench.v1.Load/Stream", new StreamRequest { Count = Length }.ToByteArray(), Length, cell);
    });

    private static CellRow Talk(string id, string what, string cell) => new(id, what, "message", 32, server =>
    {
        var invoker = GrpcLoad.Connect();
        return () => new GrpcTalkLoad(invoker, server.Http2, "/bench.v1.Load/Talk", cell, Payloads.Small.ToByteArray());
    });

    private static CellRow Call(string id, string what, string target) =>
        new(id, what, "message", 1, server => () => new StdioLoad(server, [], Length)) { Stdio = ("call", target) };

    private static CellRow CallTalk(string id, string what, string target) =>
        new(id, what, "message", 1, server => () => new StdioLoad(server, Json, Window)) { Stdio = ("call", target) };

    private static CellRow Session(string id, string what, string route) =>
        new(id, what, "message", 1, server => () => new StdioLoad(server, Rpc, Window)) { Stdio = ("stdio", route) };
}
