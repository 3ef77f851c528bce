using System.Text.Json.Serialization;

namespace Gateway.Configuration;

/// <summary>What a cluster says beyond YARP's own keys, as declared in the file.</summary>
public sealed record ClusterSettings
{
    public required string Id { get; init; }

    /// <summary>`http` (default), `grpc`, `sse`, `websocket` or `stdio`.</summary>
    public string Protocol { get; init; } = "http";

    /// <summary>True when the file says the protocol. A cluster that does not may be all YARP's.</summary>
    public bool NamesProtocol { get; init; }

    /// <summary>What the methods and messages are; null when payloads are opaque.</summary>
    public SchemaSettings? Schema { get; init; }

    /// <summary>The child process of a stdio cluster; null for the others.</summary>
    public ProcessSettings? Process { get; init; }

    /// <summary>How event streams of the servers are read.</summary>
    public SseSettings Sse { get; init; } = new();

    /// <summary>How a websocket cluster is spoken to; null for the others, and where every default holds.</summary>
    public WebSocketSettings? WebSocket { get; init; }

    /// <summary>Choices in calling servers that speak HTTP.</summary>
    public HttpClusterSettings Http { get; init; } = new();

    /// <summary>Choices in calling gRPC servers.</summary>
    public GrpcClusterSettings Grpc { get; init; } = new();

    /// <summary>How many destinations a stdio cluster has, each with its own health and in-flight count.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>Addresses of the destinations, by id; empty for stdio.</summary>
    public IReadOnlyDictionary<string, string> Destinations { get; init; } = new Dictionary<string, string>();

    /// <summary>How failures of the cluster's servers are met; null when they are handed on.</summary>
    public ResilienceSettings? Resilience { get; init; }

    public SourcePosition? Position { get; init; }
}

/// <summary>Where the schema of a cluster comes from. Relative paths are relative to the file.</summary>
public sealed record SchemaSettings
{
    /// <summary>Files that hold a serialised google.protobuf.FileDescriptorSet, absolute after reading.</summary>
    public IReadOnlyList<string> DescriptorSets { get; init; } = [];

    /// <summary>Sources to compile: files, directories and patterns, absolute after reading.</summary>
    public IReadOnlyList<string> ProtoFiles { get; init; } = [];

    /// <summary>Directories that imports of the sources are looked for in, absolute after reading; empty means where the sources are.</summary>
    public IReadOnlyList<string> ImportPaths { get; init; } = [];

    /// <summary>Service configs in YAML, absolute after reading; their rules are among <see cref="HttpRules"/>.</summary>
    public IReadOnlyList<string> ServiceConfigs { get; init; } = [];

    /// <summary>google.api.http rules over the annotations, each a google.api.HttpRule in JSON: of service configs, then of this file. The last of a method stands.</summary>
    public IReadOnlyList<string> HttpRules { get; init; } = [];

    /// <summary>Where each of <see cref="HttpRules"/> comes from, for messages. No part of what the cluster is.</summary>
    [JsonIgnore]
    public IReadOnlyList<HttpRuleSource> HttpRuleSources { get; init; } = [];

    /// <summary>What the service configs say of `fully_decode_reserved_expansion`; null when they are silent.</summary>
    public bool? FullyDecodeReservedExpansion { get; init; }

    /// <summary>Ask the backend by gRPC server reflection when the file is loaded.</summary>
    public bool Reflection { get; init; }

    /// <summary>Keep the last answer of the backend on disk, and use it while the backend is down.</summary>
    public bool Pin { get; init; } = true;

    /// <summary>How often the backend is asked again; null means when the file is loaded, and every 30 s while a pinned answer stands in.</summary>
    public TimeSpan? Refresh { get; init; }
}

/// <summary>Where a rule was declared.</summary>
/// <param name="Selector">Its method, `pkg.Service.Method`.</param>
/// <param name="Position">The place in the file; null when the environment brought it.</param>
/// <param name="IsServiceConfig">True for a rule of a service config, which may be about more services than the schema has.</param>
public sealed record HttpRuleSource(string Selector, SourcePosition? Position, bool IsServiceConfig);

/// <summary>The child process behind a stdio cluster.</summary>
public sealed record ProcessSettings
{
    /// <summary>The executable: an absolute path, or a name found on the gateway's PATH. Never a shell line.</summary>
    public string Command { get; init; } = "";

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The full name of a method called becomes the last argument.</summary>
    public bool MethodArgument { get; init; }

    /// <summary>How messages are cut from the child's output and joined into its input: `ndjson`, `lsp`, `len32`, `varint`, `json-seq`, `raw`, `cgi`.</summary>
    public string Framing { get; init; } = "ndjson";

    /// <summary>What a message of a schema is within its frame: `json`, or `protobuf` where the framing carries bytes.</summary>
    public string Codec { get; init; } = "json";

    /// <summary>What messages mean: `none`, or `jsonrpc`.</summary>
    public string Dialect { get; init; } = "none";

    /// <summary>The JSON-RPC method of every call; null means the method called, or the last segment of the path.</summary>
    public string? Method { get; init; }

    /// <summary>Media type of what a `raw` process without a schema writes; null leaves it to the edge.</summary>
    public string? ContentType { get; init; }

    /// <summary>Hold the output of a `raw` process without a schema, up to 1 MiB, until its exit code is known.</summary>
    public bool Serialize { get; init; }

    /// <summary>What of the path a `cgi` program gets as SCRIPT_NAME; the rest is PATH_INFO.</summary>
    public string ScriptName { get; init; } = "";

    /// <summary>Names of metadata the child gets as `GW_MD_NAME`, a trailing * matching any rest but credentials. None but these.</summary>
    public IReadOnlyList<string> PassMetadata { get; init; } = [];

    /// <summary>What exit codes mean: `sysexits`, `grpcurl` or `buf`.</summary>
    public string ExitCodes { get; init; } = "sysexits";

    /// <summary>The program's own exit codes and the status of each (`3` → `NOT_FOUND`), over those of sysexits; empty for one of the conventions.</summary>
    public IReadOnlyDictionary<string, string> ExitCodeMap { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a child lives: `request` (one call), `connection` (one client connection, which for one-call connections is the same).</summary>
    public string Lifetime { get; init; } = "connection";

    /// <summary>Variables the child gets, besides those passed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of the gateway's own variables that are passed on. Nothing else is inherited.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>The child's working directory; null means the directory of the configuration file.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Most children of this cluster at once; more is refused with UNAVAILABLE.</summary>
    public int MaxProcesses { get; init; } = 256;

    /// <summary>Longest line the child may write, in bytes.</summary>
    public int LineLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>Time between the steps of the stop ladder: stdin closed, SIGTERM, SIGKILL.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Put the end of stderr into the status message the client sees. Off: stderr goes to the log only.</summary>
    public bool ExposeStderr { get; init; }

    /// <summary>Clients that send nothing and listen to the same share one process; null when each has its own.</summary>
    public FanoutSettings? Fanout { get; init; }
}
