namespace Gateway.Configuration;

/// <summary>What a route says beyond YARP's own keys, as declared in the file.</summary>
public sealed record RouteSettings
{
    public required string Id { get; init; }

    public string? ClusterId { get; init; }

    /// <summary>Edge protocols served (`http`, `sse`, `websocket`, `grpc`, `stdio`); null means every edge the cluster can serve.</summary>
    public IReadOnlyList<string>? Edges { get; init; }

    public RouteOptions Options { get; init; } = new();

    /// <summary>YARP's own `Match:Path`; null matches every path.</summary>
    public string? Path { get; init; }

    /// <summary>YARP's own `Match:Methods`; null matches every method.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>YARP's own `Transforms`, each by its keys.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Transforms { get; init; } = [];

    /// <summary>YARP's own `Timeout`, which is also the route's deadline; null means the default of the call's shape.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>YARP's own `MaxRequestBodySize` in bytes; -1 lifts the limit, null leaves the server's.</summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>Where the route stands in the file, for messages; null when it came from the environment.</summary>
    public SourcePosition? Position { get; init; }
}

/// <summary>The `Options` section of a route: choices per edge.</summary>
public sealed record RouteOptions
{
    public HttpEdgeOptions Http { get; init; } = new();

    public SseEdgeOptions Sse { get; init; } = new();

    public WebSocketEdgeOptions WebSocket { get; init; } = new();

    public GrpcEdgeOptions Grpc { get; init; } = new();

    public MetadataOptions Metadata { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public DescribeOptions Describe { get; init; } = new();
}

/// <summary>Choices of the gRPC edge and its modes, gRPC-Web and Connect.</summary>
public sealed record GrpcEdgeOptions
{
    /// <summary>Which answers are compressed: `mirror` those of clients that compress, `gzip` those of all that can read it, `none`.</summary>
    public string Compression { get; init; } = "mirror";
}

/// <summary>Choices of the HTTP edge; those of its rules and presets stand in a file of their own.</summary>
public sealed partial record HttpEdgeOptions
{
    /// <summary>
    /// How a stream is framed when the client's Accept leaves it open: `ndjson` (with the `{"result":…}` envelope), `ndjson-bare`, `array`.
    /// As those two servers do it, also for a client that accepts application/json: `grpc-gateway`, `aspnet`.
    /// </summary>
    public string Stream { get; init; } = "ndjson";

    /// <summary>What an unknown query parameter does: `reject` (400) or `ignore`.</summary>
    public string UnknownQuery { get; init; } = "reject";

    /// <summary>Query parameters never looked at.</summary>
    public IReadOnlyList<string> IgnoreQuery { get; init; } = [];

    /// <summary>What unknown JSON fields in a request do: `reject` (400) or `ignore`.</summary>
    public string UnknownFields { get; init; } = "reject";

    /// <summary>Shape of error bodies: `google` (google.rpc.Status), `aip-193`, `problem` (RFC 9457). A client that names application/problem+json in Accept gets that.</summary>
    public string ErrorFormat { get; init; } = "google";

    /// <summary>`POST /pkg.Service/Method` with a JSON body reaches every method, annotated or not.</summary>
    public bool AutoMapping { get; init; } = true;

    /// <summary>`/a/` is `/a`.</summary>
    public bool IgnoreTrailingSlash { get; init; }

    /// <summary>Print fields that hold their default value.</summary>
    public bool EmitDefaults { get; init; }

    /// <summary>Print and accept the names of the .proto file rather than lowerCamelCase.</summary>
    public bool ProtoNames { get; init; }

    /// <summary>Print enums as numbers.</summary>
    public bool EnumsAsNumbers { get; init; }

    /// <summary>
    /// What makes one answer of a backend's stream on a route without schema: `auto` (what suits the backend), `first`, `last`, `count`,
    /// `all` (a JSON array), `events` (a JSON object of events), `stream` (none: it streams).
    /// </summary>
    public string Reply { get; init; } = "auto";

    /// <summary>Most messages collected into one answer; null means 100.</summary>
    public int? ReplyCount { get; init; }

    /// <summary>Most bytes collected into one answer; null means 1 MiB.</summary>
    public int? ReplyBytes { get; init; }

    /// <summary>How long events are collected into one answer; null means 30 s.</summary>
    public TimeSpan? ReplyDuration { get; init; }

    /// <summary>How long the head of a stream is held back for a real HTTP status before 200 is sent.</summary>
    public TimeSpan HeaderFlushDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Trailers of a call reach HTTP clients: as headers `grpc-trailer-NAME` of one answer, and as HTTP trailers where the client takes them.</summary>
    public bool Trailers { get; init; }
}

/// <summary>Choices of the SSE edge.</summary>
public sealed record SseEdgeOptions
{
    /// <summary>
    /// What a reconnect with Last-Event-ID does: `restart` (run again, safe methods), `buffer` (go on with the same call, whose last events are
    /// held), `field` (run again with the last id in a field of the request), `none` (204).
    /// </summary>
    public string Resume { get; init; } = "restart";

    /// <summary>Bounds of `buffer`.</summary>
    public ResumeBufferOptions ResumeBuffer { get; init; } = new();

    /// <summary>The fields of `field`; null when the file names none.</summary>
    public ResumeFieldOptions? ResumeField { get; init; }

    /// <summary>Silence after which a comment keeps the connection alive.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Reconnection time told to the client.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Name of the event that reports a failure. `error` also reaches EventSource's connection-error listeners.</summary>
    public string ErrorEvent { get; init; } = "error";
}

/// <summary>What is held of streams so that their clients may come back.</summary>
public sealed record ResumeBufferOptions
{
    /// <summary>Most events held of one stream.</summary>
    public int Events { get; init; } = 1000;

    /// <summary>Most bytes held of one stream.</summary>
    public int Bytes { get; init; } = 1024 * 1024;

    /// <summary>How long a call goes on whose client has gone.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most streams held of the route.</summary>
    public int Streams { get; init; } = 1000;

    /// <summary>Name of a cookie by which callers are told apart, beside their identity or Authorization header; null for none.</summary>
    public string? Cookie { get; init; }
}

/// <summary>The fields by which a method of the schema resumes a stream itself.</summary>
public sealed record ResumeFieldOptions
{
    /// <summary>Field of the request that takes the last id.</summary>
    public string Request { get; init; } = "";

    /// <summary>Field of each answer that is its id.</summary>
    public string Response { get; init; } = "";
}

/// <summary>Choices of the WebSocket edge.</summary>
public sealed record WebSocketEdgeOptions
{
    /// <summary>Origins of pages that may connect, besides the gateway's own; `*` allows any. A client without Origin is not a browser and is not checked.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Largest message in bytes, fragments joined; null means the route's message limit.</summary>
    public int? MaxMessageSize { get; init; }

    /// <summary>Interval of pings.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a pong may take before the client counts as gone.</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Send a last text message with the status before a close that reports a failure, on sockets without the envelope.</summary>
    public bool ErrorMessage { get; init; } = true;

    /// <summary>
    /// What a socket without subprotocol carries: `single` (one call), `message` (each message a call of its own, answered before the next),
    /// `auto` (`message` where there is no schema and the backend takes one request, else `single`).
    /// </summary>
    public string Mode { get; init; } = "auto";

    /// <summary>Messages read ahead of the one that is being answered, in the `message` mode; then the socket is not read.</summary>
    public int MaxQueued { get; init; } = 16;

    /// <summary>The verb of calls that messages make on a route without schema.</summary>
    public string Verb { get; init; } = "POST";

    /// <summary>When a call to an event stream begins: `open`, as a GET, or `firstMessage`, as a POST with that message for its body.</summary>
    public string Start { get; init; } = "open";

    /// <summary>Events leave as `{"id","event","data"}` on sockets without the envelope; else as their data alone.</summary>
    public bool Wrap { get; init; }

    /// <summary>The query parameter that becomes Last-Event-ID of a call to an event stream.</summary>
    public string LastEventId { get; init; } = "lastEventId";

    /// <summary>Path on the same server to which messages for an event stream are posted; null means that it takes none.</summary>
    public string? Companion { get; init; }

    /// <summary>The handshake is answered when the backend has answered, so that its failure is an HTTP status; null means for event streams alone.</summary>
    public bool? LateAccept { get; init; }

    /// <summary>Subprotocols that are spoken; others are as if they had not been offered.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = ["gateway.v1.json", "grpc-websockets"];

    /// <summary>An empty text message is the half-close also where there is no schema; else it is an empty message.</summary>
    public bool EmptyIsEof { get; init; }

    /// <summary>What a line break in a text that is no JSON does where there is no schema: `reject` (left to the backend, which refuses it where a line is a message), `split`, `escape`.</summary>
    public string Lf { get; init; } = "reject";
}

/// <summary>Which end-to-end headers cross the gateway. Reserved and hop-by-hop names never do.</summary>
public sealed record MetadataOptions
{
    /// <summary>Names that pass, a trailing `*` matching any rest; null means all.</summary>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>Names that do not pass, even when allowed.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
}

/// <summary>The `Limits` of a route. Null means the default of CallLimits.</summary>
public sealed record LimitOptions
{
    /// <summary>Largest message, in bytes (`"4MiB"` or a number).</summary>
    public int? MessageSize { get; init; }

    /// <summary>Deepest nesting of a payload.</summary>
    public int? Depth { get; init; }

    /// <summary>Most calls at once on one multiplexed socket.</summary>
    public int? CallsPerSocket { get; init; }

    /// <summary>Silence in both directions after which a stream ends with DEADLINE_EXCEEDED.</summary>
    public TimeSpan? StreamIdle { get; init; }
}
