namespace Gateway.Configuration;

/// <summary>Makes the records of a route's `Options`. What is absent keeps the default of its record.</summary>
internal static class OptionsBuilder
{
    public static RouteOptions Build(SettingsReader options) => new()
    {
        Http = HttpRuleOptionsBuilder.Build(options.Section("Http"), Http),
        Sse = Sse(options.Section("Sse"), new SseEdgeOptions()),
        WebSocket = WebSocket(options.Section("WebSocket"), new WebSocketEdgeOptions()),
        Grpc = new GrpcEdgeOptions { Compression = options.Section("Grpc").Word("Compression", new GrpcEdgeOptions().Compression) },
        Metadata = Metadata(options.Section("Metadata")),
        Limits = Limits(options.Section("Limits")),
        Describe = Describe(options.Section("Describe"), new DescribeOptions()),
    };

    private static DescribeOptions Describe(SettingsReader describe, DescribeOptions defaults) => new()
    {
        Serve = describe.Flag("Serve", defaults.Serve),
        Title = describe.Text("Title"),
        Version = describe.Text("Version"),
    };

    private static HttpEdgeOptions Http(SettingsReader http, HttpEdgeOptions defaults) => new()
    {
        Stream = http.Word("Stream", defaults.Stream),
        UnknownQuery = http.Word("UnknownQuery", defaults.UnknownQuery),
        IgnoreQuery = http.Texts("IgnoreQuery") ?? defaults.IgnoreQuery,
        UnknownFields = http.Word("UnknownFields", defaults.UnknownFields),
        ErrorFormat = http.Word("ErrorFormat", defaults.ErrorFormat),
        AutoMapping = http.Flag("AutoMapping", defaults.AutoMapping),
        IgnoreTrailingSlash = http.Flag("IgnoreTrailingSlash", defaults.IgnoreTrailingSlash),
        EmitDefaults = http.Flag("EmitDefaults", defaults.EmitDefaults),
        ProtoNames = http.Flag("ProtoNames", defaults.ProtoNames),
        EnumsAsNumbers = http.Flag("EnumsAsNumbers", defaults.EnumsAsNumbers),
        Reply = http.Word("Reply", defaults.Reply),
        ReplyCount = http.Int32("ReplyCount"),
        ReplyBytes = http.Size32("ReplyBytes"),
        ReplyDuration = http.Duration("ReplyDuration"),
        HeaderFlushDelay = http.Duration("HeaderFlushDelay", defaults.HeaderFlushDelay),
        Trailers = http.Flag("Trailers", defaults.Trailers),
    };

    private static SseEdgeOptions Sse(SettingsReader sse, SseEdgeOptions defaults) => new()
    {
        Resume = sse.Word("Resume", defaults.Resume),
        ResumeBuffer = ResumeBuffer(sse.Section("ResumeBuffer"), defaults.ResumeBuffer),
        ResumeField = sse.Section("ResumeField") is { Exists: true } field
            ? new ResumeFieldOptions { Request = field.Text("Request", ""), Response = field.Text("Response", "") }
            : null,
        Heartbeat = sse.Duration("Heartbeat", defaults.Heartbeat),
        Retry = sse.Duration("Retry", defaults.Retry),
        ErrorEvent = sse.Text("ErrorEvent", defaults.ErrorEvent),
    };

    private static ResumeBufferOptions ResumeBuffer(SettingsReader buffer, ResumeBufferOptions defaults) => new()
    {
        Events = buffer.Int32("Events", defaults.Events),
        Bytes = buffer.Size32("Bytes") ?? defaults.Bytes,
        Linger = buffer.Duration("Linger", defaults.Linger),
        Streams = buffer.Int32("Streams", defaults.Streams),
        Cookie = buffer.Text("Cookie"),
    };

    private static WebSocketEdgeOptions WebSocket(SettingsReader webSocket, WebSocketEdgeOptions defaults) => new()
    {
        AllowedOrigins = webSocket.Texts("AllowedOrigins") ?? defaults.AllowedOrigins,
        MaxMessageSize = webSocket.Size32("MaxMessageSize"),
        PingInterval = webSocket.Duration("PingInterval", defaults.PingInterval),
        PongTimeout = webSocket.Duration("PongTimeout", defaults.PongTimeout),
        ErrorMessage = webSocket.Flag("ErrorMessage", defaults.ErrorMessage),
        Mode = webSocket.Word("Mode", defaults.Mode),
        MaxQueued = webSocket.Int32("MaxQueued", defaults.MaxQueued),
        Verb = webSocket.Choice("Verb", ConfigGrammar.WebSocketVerbs, defaults.Verb),
        Start = webSocket.Choice("Start", ConfigGrammar.WebSocketStarts, defaults.Start),
        Wrap = webSocket.Flag("Wrap", defaults.Wrap),
        LastEventId = webSocket.Text("LastEventId", defaults.LastEventId),
        Companion = webSocket.Text("Companion"),
        LateAccept = webSocket.Flag("LateAccept"),
        Subprotocols = webSocket.Texts("Subprotocols") ?? defaults.Subprotocols,
        EmptyIsEof = webSocket.Flag("EmptyIsEof", defaults.EmptyIsEof),
        Lf = webSocket.Word("Lf", defaults.Lf),
    };

    private static MetadataOptions Metadata(SettingsReader metadata) => new()
    {
        Allow = metadata.Texts("Allow"),
        Deny = metadata.Texts("Deny") ?? [],
    };

    private static LimitOptions Limits(SettingsReader limits) => new()
    {
        MessageSize = limits.Size32("MessageSize"),
        Depth = limits.Int32("Depth"),
        CallsPerSocket = limits.Int32("CallsPerSocket"),
        StreamIdle = limits.Duration("StreamIdle"),
    };
}
