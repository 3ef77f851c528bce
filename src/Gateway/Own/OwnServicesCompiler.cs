using System.Collections.Frozen;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Reflection.V1;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Planning;
using Transcoders.Protos;
using Transcoders.Schema;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Gateway.Own;

/// <summary>Makes the gateway's own services over the services that its routes serve.</summary>
/// <param name="edge">The edge they are served on.</param>
/// <param name="backend">What they carry.</param>
/// <param name="board">What health knows, over all configurations.</param>
/// <param name="logger">Hears of files that clusters do not agree about.</param>
public sealed partial class OwnServicesCompiler(ProtocolTraits edge, ProtocolTraits backend, HealthBoard board, ILogger<OwnServicesCompiler> logger)
{
    private const string HealthFile = "grpc/health/v1/health.proto";
    private const string HealthService = "grpc.health.v1.Health";

    private readonly Lazy<SchemaCatalog> _catalog = new(ReadCatalog);
    private string _told = "";

    /// <summary>Names and paths of these services begin so: what does not cannot be a call to one.</summary>
    public const string PathPrefix = "/grpc.";

    /// <summary>The name of the edge they are served on.</summary>
    public string EdgeName => edge.Name;

    /// <summary>True for the name of a service that the gateway answers.</summary>
    public static bool IsOwn(OwnServicesSettings settings, string service)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return service switch
        {
            HealthService => settings.Health,
            "grpc.reflection.v1.ServerReflection" or "grpc.reflection.v1alpha.ServerReflection" => settings.Reflection,
            _ => false,
        };
    }

    /// <param name="settings">Which of them are wanted.</param>
    /// <param name="served">What the routes serve on their gRPC edges; with none there is nothing to tell, and nothing is served.</param>
    /// <returns>Null when there is nothing to serve.</returns>
    public OwnServices? Compile(OwnServicesSettings settings, IReadOnlyList<ServedService> served)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(served);
        if (served.Count == 0 || settings is { Reflection: false, Health: false })
        {
            return null;
        }

        // 1. Ours, then theirs: a service that a route declares under one of our names is told of as the route's.
        var catalog = _catalog.Value;
        var theirs = served.Select(static service => service.Name).ToHashSet(StringComparer.Ordinal);
        var services = new Dictionary<string, ServedService>(StringComparer.Ordinal);
        foreach (var method in catalog.Methods)
        {
            if (IsOwn(settings, method.ServiceName) && !theirs.Contains(method.ServiceName))
            {
                services.TryAdd(method.ServiceName, new ServedService(method.ServiceName, catalog, [], IsGuarded: false));
            }
        }

        foreach (var service in served)
        {
            services.TryAdd(service.Name, settings.ReflectGuarded ? service with { IsGuarded = false } : service);
        }

        // 2. What each method does.
        var reflected = new ReflectedSchema(services.Values);
        Report(reflected);
        var reflection = new ReflectionMethods(reflected, board);
        var health = new HealthMethods(board);
        var planner = new CallPlanner(catalog, PayloadPlanOptions.Default, [edge]);
        var methods = new Dictionary<string, OwnMethod>(StringComparer.Ordinal);
        var plans = new Dictionary<string, CallPlan>(StringComparer.Ordinal);
        foreach (var method in catalog.Methods)
        {
            if (IsOwn(settings, method.ServiceName) && planner.Plan(edge, backend, method, null).Plan is { } plan)
            {
                plans.Add(method.Path, plan);
                methods.Add(method.FullName, method.FullName switch
                {
                    HealthService + "/Check" => health.CheckAsync,
                    HealthService + "/List" => health.ListAsync,
                    HealthService + "/Watch" => health.WatchAsync,
                    _ => reflection.AnswerAsync,
                });
            }
        }

        // 3. A route, as every call has one.
        var edgePlans = new EdgePlans
        {
            Edge = edge.Name,
            ByPath = plans.ToFrozenDictionary(StringComparer.Ordinal),
            Labels = new CallLabels(OwnServices.Name, edge.Name, backend.Name),
        };
        return new OwnServices(MakeRoute(methods, edgePlans, planner), edgePlans, services.ToFrozenDictionary(StringComparer.Ordinal), reflected);
    }

    private CallRoute MakeRoute(Dictionary<string, OwnMethod> methods, EdgePlans plans, CallPlanner planner) => new()
    {
        Id = OwnServices.Name,
        ClusterId = OwnServices.Name,
        Settings = new RouteSettings { Id = OwnServices.Name },
        Backend = new OwnBackend(methods.ToFrozenDictionary(StringComparer.Ordinal)),
        Limits = CallLimits.Default,
        Rules = null,
        Edges = new Dictionary<string, EdgePlans>(StringComparer.Ordinal) { [edge.Name] = plans }.ToFrozenDictionary(StringComparer.Ordinal),
        StatusWriter = planner.StatusWriter,
        ConnectErrors = planner.ConnectErrors,
        Metadata = new MetadataPolicy(new MetadataOptions()),
    };

    /// <summary>The catalogue of our services alone.</summary>
    private static SchemaCatalog ReadCatalog()
    {
        using var stream = typeof(OwnServicesCompiler).Assembly.GetManifestResourceStream("Gateway.Own.health.proto")!;
        using var reader = new StreamReader(stream);
        var health = ProtoCompiler.Compile([HealthFile], name => name == HealthFile ? reader.ReadToEnd() : null, "the gateway");
        var set = new FileDescriptorSet();
        set.File.Add(health.Files.File);
        set.File.Add(ServerReflection.Descriptor.File.ToProto());
        set.File.Add(V1Alpha.ServerReflection.Descriptor.File.ToProto());
        return SchemaCatalog.FromDescriptorSets([set.ToByteArray()], ["the gateway's own services"]);
    }

    private void Report(ReflectedSchema reflected)
    {
        // Compiled again for every look at the backends: told once.
        var differences = string.Join(", ", reflected.Differences.Distinct(StringComparer.Ordinal));
        if (differences.Length > 0 && differences != _told)
        {
            ReflectionDiffers(logger, differences);
        }

        _told = differences;
    }

    [LoggerMessage(306, LogLevel.Warning, "ReflectionDiffers: clusters hold different versions of {Files}; reflection describes each symbol by the first that has it")]
    private static partial void ReflectionDiffers(ILogger logger, string files);
}
