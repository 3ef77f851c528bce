namespace Gateway.Configuration;

/// <summary>The keys of the gateway itself, beside YARP's in routes and clusters.</summary>
internal static partial class ConfigGrammar
{
    private const string Leave = "leave it out";
    private static readonly IntegerType Count = new(1, 1_000_000);
    private static readonly SizeType MessageBytes = new(1, int.MaxValue);

    /// <summary>Edges by name.</summary>
    public static ChoiceType EdgeNames { get; } = new("http", "sse", "websocket", "grpc", "stdio");

    /// <summary>Protocols of clusters by name.</summary>
    public static ChoiceType ProtocolNames { get; } = new("http", "grpc", "sse", "websocket", "stdio");

    /// <summary>Verbs a WebSocket message may make a call with.</summary>
    public static ChoiceType WebSocketVerbs { get; } = new("POST", "PUT", "PATCH", "GET", "DELETE");

    /// <summary>When a call to an event stream begins.</summary>
    public static ChoiceType WebSocketStarts { get; } = new("open", "firstMessage");

    private static ChoiceType WebSocketSubprotocols { get; } = new("gateway.v1.json", "grpc-websockets", "v5.channel.k8s.io", "v4.channel.k8s.io");

    public static ChoiceType Framings { get; } = new("ndjson", "lsp", "len32", "varint", "json-seq", "raw", "cgi");

    public static ChoiceType Codecs { get; } = new("json", "protobuf");

    /// <summary>A convention by name, or a status by exit code.</summary>
    public static ChoiceOrMapType ExitCodes { get; } = new(
        new ChoiceType("sysexits", "grpcurl", "buf"),
        new IntegerType(1, 255),
        new ChoiceType(
            "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
        "an exit code from 1 to 255");

    public static ChoiceType StreamEnvelopes { get; } = new("auto", "result", "bare");

    public static ChoiceType Lifetimes { get; } = new("request", "connection") { Later = ["pool", "shared"] };

    public static ChoiceType Dialects { get; } = new("none", "jsonrpc") { Later = ["mcp"] };

    private static IReadOnlyList<ConfigKey> RouteExtension =>
    [
        new("Edges", new ListType(EdgeNames) { NotEmpty = true }, "Protocols clients may use. Absent: every edge the cluster can serve, chosen per request."),
        new("Options", Options, "Choices per edge, for metadata and for limits."),
    ];

    private static ObjectType Options => new("the options of a route",
        new("Http", HttpOptions, "Choices of the HTTP edge."),
        new("Sse", SseOptions, "Choices of the SSE edge."),
        new("WebSocket", WebSocketOptions, "Choices of the WebSocket edge."),
        new("Grpc", GrpcOptions, "Choices of the gRPC edge, gRPC-Web and Connect."),
        new("Metadata", MetadataFilter, "Which end-to-end headers cross the gateway."),
        new("Limits", Limits, "Bounds of a call."),
        new("Describe", DescribeOptions, "What a route with a schema says of itself: OpenAPI and AsyncAPI documents."));

    private static ObjectType HttpOptions => new("the options of the HTTP edge",
    [
        new("Stream", new ChoiceType("ndjson", "ndjson-bare", "array", "grpc-gateway", "aspnet"), "How a stream is framed when the client's Accept leaves it open; grpc-gateway and aspnet as those do, also for clients that accept application/json.") { Default = "\"ndjson\"" },
        new("UnknownQuery", new ChoiceType("reject", "ignore"), "What an unknown query parameter does.") { Default = "\"reject\"" },
        new("IgnoreQuery", Texts, "Query parameters never looked at."),
        new("UnknownFields", new ChoiceType("reject", "ignore", "ignore-fields"), "What an unknown JSON field of a request does, and an unknown name of an enum, which ignore-fields rejects.") { Default = "\"reject\"" },
        new("ErrorFormat", new ChoiceType("google", "aip-193", "problem", "grpc-gateway-v1"), "Shape of error bodies: google is google.rpc.Status, aip-193 the error object of Google's HTTP APIs, grpc-gateway-v1 that of its first version with its HTTP statuses, problem RFC 9457, which a client also gets that names application/problem+json in Accept.") { Default = "\"google\"" },
        new("AutoMapping", Flag, "POST /pkg.Service/Method with a JSON body reaches every method, annotated or not.") { Default = "true" },
        new("IgnoreTrailingSlash", Flag, "/a/ is /a.") { Default = "false" },
        new("EmitDefaults", Flag, "Print fields that hold their default value.") { Default = "false" },
        new("ProtoNames", Flag, "Print the names of the .proto file rather than lowerCamelCase.") { Default = "false" },
        new("EnumsAsNumbers", Flag, "Print enums as numbers.") { Default = "false" },
        new("Reply", new ChoiceType("auto", "first", "last", "count", "all", "events", "stream"), "What makes one answer of a backend's stream on a route without schema; auto is what suits the backend.") { Default = "\"auto\"" },
        new("ReplyCount", Count, "Most messages collected into one answer.") { Default = "100" },
        new("ReplyBytes", MessageBytes, "Most bytes collected into one answer.") { Default = "\"1MiB\"" },
        new("ReplyDuration", DurationType.Positive, "How long events are collected into one answer.") { Default = "\"00:00:30\"" },
        new("HeaderFlushDelay", DurationType.NotNegative, "How long the head of a stream is held back for a real HTTP status before 200 is sent.") { Default = "\"00:00:02\"" },
        new("Trailers", Flag, "Trailers of a call become headers grpc-trailer-NAME of one answer, and HTTP trailers where the client sent TE: trailers.") { Default = "false" },
        .. HttpRuleOptions,
    ]);

    private static ObjectType SseOptions => new("the options of the SSE edge",
        new("Resume", new ChoiceType("restart", "buffer", "field", "none"), "What a reconnect with Last-Event-ID does: run a safe call again, go on with the same call, run it again from a field of the request, or answer 204.") { Default = "\"restart\"" },
        new("ResumeBuffer", ResumeBuffer, "What is held of streams so that their clients may come back, for Resume buffer."),
        new("ResumeField", ResumeField, "The fields by which methods resume a stream themselves, for Resume field."),
        new("Heartbeat", DurationType.Positive, "Silence after which a comment keeps the connection alive.") { Default = "\"00:00:15\"" },
        new("Retry", DurationType.NotNegative, "Reconnection time told to the client.") { Default = "\"00:00:03\"" },
        new("ErrorEvent", new TextType { Check = CheckEventName }, "Name of the event that reports a failure.") { Default = "\"error\"" });

    private static ObjectType ResumeBuffer => new("the bounds of held streams",
        new("Events", Count, "Most events held of one stream.") { Default = "1000" },
        new("Bytes", MessageBytes, "Most bytes held of one stream.") { Default = "\"1MiB\"" },
        new("Linger", DurationType.NotNegative, "How long a call goes on whose client has gone.") { Default = "\"00:00:30\"" },
        new("Streams", Count, "Most streams held of the route; more are refused with UNAVAILABLE.") { Default = "1000" },
        new("Cookie", Text, "Cookie by which callers are told apart, beside their identity or Authorization header."));

    private static ObjectType ResumeField => new("the fields of a resumed stream",
        new("Request", Text, "Field of the request that takes the last id.") { Required = true },
        new("Response", Text, "Field of each answer that is its id.") { Required = true });

    private static ObjectType WebSocketOptions => new("the options of the WebSocket edge",
        new("AllowedOrigins", new ListType(new TextType { Check = ConfigAddresses.CheckOrigin }), "Origins of pages that may connect, besides the gateway's own; `*` allows any."),
        new("MaxMessageSize", MessageBytes, "Largest message in bytes, fragments joined. Absent: the route's message limit."),
        new("PingInterval", DurationType.Positive, "Interval of pings.") { Default = "\"00:00:30\"" },
        new("PongTimeout", DurationType.Positive, "How long a pong may take before the client counts as gone.") { Default = "\"00:00:10\"" },
        new("ErrorMessage", Flag, "Send a last text message with the status before a close that reports a failure.") { Default = "true" },
        new("Mode", new ChoiceType("auto", "message", "single"), "What a socket without subprotocol carries: each message a call of its own, or one call. auto: messages where there is no schema and the backend takes one request.") { Default = "\"auto\"" },
        new("MaxQueued", new IntegerType(1, 1024), "Messages read ahead of the one that is being answered, where each is a call of its own.") { Default = "16" },
        new("Verb", WebSocketVerbs, "The verb of calls that messages make on a route without schema.") { Default = "\"POST\"" },
        new("Start", WebSocketStarts, "When a call to an event stream begins: open, as a GET; firstMessage, as a POST with that message for its body.") { Default = "\"open\"" },
        new("Wrap", Flag, "Events leave as {\"id\",\"event\",\"data\"}; off: as their data alone.") { Default = "false" },
        new("LastEventId", Text, "The query parameter that becomes Last-Event-ID of a call to an event stream.") { Default = "\"lastEventId\"" },
        new("Companion", new TextType { Check = CheckPath }, "Path on the same server to which messages for an event stream are posted. Absent: a message closes the socket with 1003."),
        new("LateAccept", Flag, "Answer the handshake when the backend has answered, so that its failure is an HTTP status. Absent: for event streams alone."),
        new("Subprotocols", new ListType(WebSocketSubprotocols), "Subprotocols that are spoken. Those of Kubernetes exec give the bare streams of a stdio cluster's process.") { Default = "[\"gateway.v1.json\", \"grpc-websockets\"]" },
        new("EmptyIsEof", Flag, "An empty text message is the half-close also where there is no schema; off: it is an empty message.") { Default = "false" },
        new("Lf", new ChoiceType("reject", "split", "escape"), "What a line break in a text that is no JSON does where there is no schema: refused where a line is a message, a message for each line, or \\n.") { Default = "\"reject\"" });

    private static ObjectType MetadataFilter => new("the metadata filter",
        new("Allow", Texts, "Names that pass, a trailing * matching any rest. Absent: all."),
        new("Deny", Texts, "Names that do not pass, even when allowed."));

    private static ObjectType Limits => new("the limits of a route",
        new("MessageSize", MessageBytes, "Largest message in either direction.") { Default = "\"4MiB\"" },
        new("Depth", new IntegerType(1, 1000), "Deepest nesting of a payload.") { Default = "100" },
        new("CallsPerSocket", new IntegerType(1, 65536), "Most calls at once on one multiplexed socket.") { Default = "64" },
        new("StreamIdle", DurationType.Positive, "Silence in both directions after which a stream ends with DEADLINE_EXCEEDED."));

    private static IReadOnlyList<ConfigKey> ClusterExtension =>
    [
        new("Protocol", ProtocolNames, "What the servers speak.") { Default = "\"http\"" },
        new("Schema", Schema, "What the methods and messages are. Absent: payloads are opaque."),
        new("Sse", SseCluster, "How event streams of the servers are read."),
        new("Process", Process, "The child process of a stdio cluster."),
        new("WebSocket", WebSocket, "How the servers of a websocket cluster are spoken to."),
        new("Grpc", GrpcCluster, "Choices in calling gRPC servers from another protocol."),
        new("Http", HttpCluster, "Choices in calling servers that speak HTTP."),
        new("Instances", new IntegerType(1, 1024), "How many destinations a stdio cluster has, each with its own health and in-flight count.") { Default = "1" },
        new("Resilience", Resilience, "Timeout of an attempt, retry and circuit breaker."),
    ];

    private static ObjectType HttpCluster => new("the HTTP choices of a cluster",
        new("Duplex", Flag, "The servers answer while they are asked, over HTTP/2: methods that stream both ways can be carried.") { Default = "false" },
        new("StreamEnvelope", StreamEnvelopes, "Whether the lines of a stream are `{\"result\":…}` and `{\"error\":…}`: auto means yes unless the answer has such a field.") { Default = "\"auto\"" },
        new("TimeoutHeader", Flag, "Tell the servers the time left, as x-request-timeout-ms.") { Default = "false" },
        new("Poll", Poll, "On routes without Schema: a GET of a client that follows a stream is repeated, and each changed answer is a message."));

    private static ObjectType Poll => new("the polling of a cluster",
        new("Interval", DurationType.Positive, "The wait between an answer and the next request.") { Default = "\"00:00:05\"" },
        new("MaxErrors", Count, "How many failures in a row (5xx, or of the connection) end the stream.") { Default = "3" },
        new("ChangedOnly", Flag, "An answer like the one before it, by its ETag or its body, is no message.") { Default = "true" });

    private static ObjectType Schema => new("a schema",
    [
        .. SchemaSourceKeys,
        new("ServiceConfigs", Texts, "Service configs (google.api.Service) in YAML, whose http rules stand in place of annotations. Relative paths are relative to this file."),
        new("HttpRules", HttpRules, "google.api.http rules, each in place of its method's annotation and of service configs."),
    ]);

    private static ObjectType HttpRule(params ReadOnlySpan<ConfigKey> more) => new("an HTTP rule",
    [
        new("selector", Text, "The method, `pkg.Service.Method`."),
        new("get", Text, "Path template of GET."),
        new("put", Text, "Path template of PUT."),
        new("post", Text, "Path template of POST."),
        new("delete", Text, "Path template of DELETE."),
        new("patch", Text, "Path template of PATCH."),
        new("custom", new ObjectType("a custom pattern", new("kind", Text, "The HTTP method; * for any."), new("path", Text, "Its path template.")), "Another HTTP method."),
        new("body", Text, "The field that is the body; * for all that the path does not hold."),
        new("response_body", Text, "The field of the answer that is its body."),
        .. more,
    ]);

    private static ObjectType SseCluster => new("the event streams of a cluster",
    [
        new("Terminators", new ListType(new TextType { Check = CheckTerminator }), "What says that a stream ended well: gateway (an event named end), openai (data [DONE]), event:NAME, data:TEXT.") { Default = "[ \"gateway\", \"openai\" ]" },
        new("ErrorEvents", new ListType(new TextType { Check = CheckEventName }), "Names of events that say that the stream failed, and how.") { Default = "[ \"error\" ]" },
        new("EventFilter", new ListType(new TextType { Check = CheckEventName }) { NotEmpty = true }, "Names of the events that are messages, message for those without a name. Absent: all."),
        new("EndOfStream", new ChoiceType("auto", "ok", "unavailable"), "What the end of a stream is that nothing announced; auto is unavailable with a Schema, ok without.") { Default = "\"auto\"" },
        new("CursorQuery", Text, "Query parameter in which clients name the last event id they saw; it is sent as Last-Event-ID instead."),
        new("Reconnect", SseReconnect, "Whether a lost stream is resumed by Last-Event-ID."),
        .. Sharing("Clients that ask for the same with the same credentials share one stream of an sse cluster."),
    ]);

    private static ObjectType SseReconnect => new("the reconnection of event streams",
        new("Attempts", new IntegerType(0, 1_000_000), "How often in a row a stream is resumed; 0 is never. Absent: 5 without Schema for clients that follow the stream, else 0."),
        new("MaxDelay", DurationType.NotNegative, "Longest wait before a stream is resumed, whatever the server asks for.") { Default = "\"00:00:30\"" });

    private static ObjectType Process => new("a process",
    [
        new("Command", Text, "The executable: an absolute path, or a name found on the gateway's PATH. Never a shell line.") { Required = true },
        new("Arguments", Texts, "Its arguments, one word each. {method}, {query.NAME} and {header.NAME} stand for values of the call; an argument whose value is missing is left out."),
        new("MethodArgument", Flag, "Append the full name of the method called to the arguments.") { Default = "false" },
        new("Framing", Framings, "How messages are cut from the child's output and joined into its input.") { Default = "\"ndjson\"" },
        new("Codec", Codecs, "What a message of a schema is within its frame: protobuf with len32, varint or raw.") { Default = "\"json\"" },
        new("Dialect", Dialects, "What the messages mean.") { Default = "\"none\"" },
        new("Method", Text, "The JSON-RPC method of every call. Absent: the method called, or the last segment of the path."),
        new("ContentType", Text, "Media type of what a raw process without a schema writes."),
        new("Serialize", Flag, "Hold the output of a raw process without a schema, up to 1 MiB, until its exit code has set the status.") { Default = "false" },
        new("ScriptName", new TextType { Check = CheckScriptName }, "What of the path a CGI program gets as SCRIPT_NAME; the rest is PATH_INFO.") { Default = "\"\"" },
        new("PassMetadata", Texts, "Names of metadata the child gets as GW_MD_NAME, a trailing * matching any rest but credentials. Absent: none."),
        new("ExitCodes", ExitCodes, "What exit codes mean: a convention, or a status by code, such as { \"3\": \"NOT_FOUND\" }.") { Default = "\"sysexits\"" },
        new("Lifetime", Lifetimes, "How long a child lives: one call, or one client connection.") { Default = "\"connection\"" },
        new("Pool", OpenType.Instance, "Size and age of a pool of children.") { Later = "set MaxProcesses, and Lifetime to 'request' or 'connection'" },
        new("MaxProcesses", Count, "Most children of this cluster at once; more is refused with UNAVAILABLE.") { Default = "256" },
        new("Environment", TextMap, "Variables the child gets, besides those passed on."),
        new("PassEnvironment", Texts, "Names of the gateway's own variables that are passed on. Nothing else is inherited."),
        new("WorkingDirectory", Text, "The child's working directory. Absent: the directory of this file."),
        new("User", OpenType.Instance, "The user the child runs as.") { Later = "run the gateway as that user" },
        new("Limits", ProcessLimits, "Bounds of a child."),
        new("Stop", Stop, "How a child is stopped."),
        new("ExposeStderr", Flag, "Put the end of stderr into the status the client sees. Off: it goes to the log only.") { Default = "false" },
        .. Sharing("Clients that send nothing and ask for the same with the same credentials share one process."),
    ]);

    private static ObjectType ProcessLimits => new("the limits of a process",
        new("LineLength", MessageBytes, "Longest line the child may write.") { Default = "\"4MiB\"" },
        new("Memory", OpenType.Instance, "Largest address space.") { Later = Leave },
        new("CpuTime", OpenType.Instance, "Processor time.") { Later = Leave },
        new("OpenFiles", OpenType.Instance, "Open files.") { Later = Leave });

    private static ObjectType Stop => new("the stop ladder",
        new ConfigKey("Grace", DurationType.NotNegative, "Time between the steps: stdin closed, SIGTERM, SIGKILL.") { Default = "\"00:00:02\"" });

    private static string? CheckTerminator(string text) =>
        text is "gateway" or "openai" || (text.Length > 6 && text.StartsWith("event:", StringComparison.Ordinal)) || text.StartsWith("data:", StringComparison.Ordinal)
            ? null
            : "is no terminator; write gateway, openai, event:NAME or data:TEXT";

    private static string? CheckPath(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && path.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 ? null : "is no path; one such as /messages would be right";

    private static string? CheckEventName(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAny('\r', '\n', '\0') ? "is no event name: that is one line, and not empty" : null;

    private static string? CheckScriptName(string path) =>
        path.Length == 0 || (path.StartsWith('/') && !path.EndsWith('/') && !path.Contains('\0')) ? null : "is no such path: it begins with / and does not end with it, like /hook";
}
