using Gateway.Backends;
using Gateway.Backends.Grpc;
using Gateway.Backends.Http;
using Gateway.Backends.Sse;
using Gateway.Backends.Stdio;
using Gateway.Backends.WebSocket;
using Gateway.Configuration;
using Gateway.Model;
using Gateway.Own;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Sse;
using Transcoders.Stdio;
using Transcoders.WebSocket;

namespace Gateway;

/// <summary>Every protocol there is, registered: a new one adds its edge, its backend, and a line in each list.</summary>
internal static class Protocols
{
    /// <summary>Edges in the order in which a request is offered to them. Source: PROTOCOLS §10.1.</summary>
    public static readonly IReadOnlyList<ProtocolTraits> Edges =
        [StdioTraits.Edge, GrpcTraits.Edge, WebSocketTraits.Edge, SseTraits.Edge, HttpTraits.Edge];

    /// <summary>The backends, sharing one table of children.</summary>
    public static IReadOnlyList<BackendRegistration> Backends(ProcessTable processes, TimeProvider clock, ILoggerFactory logs) =>
    [
        new BackendRegistration
        {
            Name = HttpTraits.Name,
            Forwards = ForwardsToHttp,
            Traits = static cluster => HttpTraits.Backend(cluster.Schema is not null, cluster.Http.Duplex),
            Create = (cluster, _, schema) => Http(cluster, schema, clock),
            Check = static (cluster, _) => PollingBackend.Check(cluster),
            IsRepeatable = true,
        },
        new BackendRegistration
        {
            Name = GrpcTraits.Name,
            Forwards = static (_, _, edge) => edge == GrpcTraits.Name,
            Traits = static _ => GrpcTraits.Backend,
            Create = (cluster, _, _) => new GrpcBackend(CallLimits.Default, cluster.Grpc.Compression == "gzip" ? "gzip" : null, clock),
            Probe = static (_, _, address) => new GrpcHealthProbe(address),
            HasReflection = true,
            IsRepeatable = true,
        },
        new BackendRegistration
        {
            Name = SseTraits.Name,
            // A plain HTTP request is none for events: its client waits for one answer, and gets the events collected.
            Forwards = static (cluster, _, edge) => edge == SseTraits.Name && cluster.Sse.Fanout is null,
            Traits = static cluster => SseTraits.Backend(cluster.Schema is not null),
            Create = (cluster, _, schema) => Share(
                new SseBackend(cluster, schema, CallLimits.Default, clock), schema is null ? null : PayloadFormat.Protobuf, cluster.Sse.Fanout, [], clock),
            IsRepeatable = true,
        },
        new BackendRegistration
        {
            Name = WebSocketTraits.Name,
            Forwards = static (_, _, edge) => edge == WebSocketTraits.Name,
            Traits = WebSocketPlan.Traits,
            Create = (cluster, _, schema) => WebSocket(cluster, schema, clock),
            Probe = static (_, _, address) => new WebSocketHealthProbe(address),
            Check = static (cluster, _) => WebSocketPlan.Check(cluster),
        },
        new BackendRegistration
        {
            Name = StdioTraits.Name,
            Forwards = static (_, _, _) => false,
            Traits = StdioBackend.TraitsOf,
            Create = (cluster, config, schema) => Share(
                new StdioBackend(
                    cluster, BaseDirectory(config), StdioBackend.FormatOf(cluster), new StatusJsonReader(schema ?? SchemaCatalog.BuiltIn), processes, logs.CreateLogger<StdioBackend>(), clock),
                StdioBackend.FormatOf(cluster), cluster.Process?.Fanout, StdioBackend.IdentityOf(cluster), clock),
            Probe = static (cluster, config, _) => new StdioHealthProbe(cluster, BaseDirectory(config)),
            Check = static (cluster, config) => StdioBackend.Check(cluster, BaseDirectory(config)),
        },
    ];

    /// <summary>A compiler of models over these protocols; <paramref name="instead"/> stands in for those of the same name.</summary>
    public static GatewayModelCompiler Compiler(ProcessTable processes, TimeProvider clock, ILoggerFactory logs, SchemaPins pins, IReadOnlyList<BackendRegistration>? instead = null, HealthBoard? board = null) =>
        new([.. Backends(processes, clock, logs).ExceptBy((instead ?? []).Select(static b => b.Name), static b => b.Name), .. instead ?? []], Edges,
            new SchemaLoader(new ReflectionClient(TimeSpan.FromSeconds(10)), pins, logs.CreateLogger<SchemaLoader>()),
            new OwnServicesCompiler(GrpcTraits.Edge, GrpcTraits.Backend with { Name = "gateway" }, board ?? new HealthBoard(), logs.CreateLogger<OwnServicesCompiler>()),
            clock, logs.CreateLogger<Dispatch.ClusterResilience>());

    private static IBackend WebSocket(ClusterSettings cluster, SchemaCatalog? schema, TimeProvider clock)
    {
        var plan = WebSocketPlan.Compile(cluster);
        var backend = new WebSocketBackend(plan, new StatusJsonReader(schema ?? SchemaCatalog.BuiltIn), clock);
        return Share(backend, plan.HasSchema ? plan.Format : null, plan.Settings.Fanout, plan.OpenMessages.SelectMany(static message => message.Headers), clock);
    }

    private static IBackend Share(IBackend backend, PayloadFormat? format, FanoutSettings? settings, IEnumerable<string> identity, TimeProvider clock) =>
        settings is null ? backend : new SharedBackend(backend, format, settings, identity, clock);

    private static IBackend Http(ClusterSettings cluster, SchemaCatalog? schema, TimeProvider clock)
    {
        var backend = new HttpBackend(cluster, schema, CallLimits.Default, clock);
        return cluster.Http.Poll is { } poll && schema is null ? new PollingBackend(backend, poll, clock) : backend;
    }

    /// <summary>
    /// HTTP to HTTP always; and a cluster of which nothing is said beyond YARP's own keys, on a route that lists no edges, is YARP's alone:
    /// whatever comes is forwarded.
    /// </summary>
    private static bool ForwardsToHttp(ClusterSettings cluster, RouteSettings route, string edge) =>
        edge == HttpTraits.Name || (!cluster.NamesProtocol && cluster.Schema is null && cluster.Http.Poll is null && route.Edges is null);

    private static string BaseDirectory(GatewayConfig config) => Path.GetDirectoryName(config.File) ?? "/";
}
