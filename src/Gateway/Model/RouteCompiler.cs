using System.Collections.Frozen;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Telemetry;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Planning;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Compiles one route over its compiled cluster: what each edge can do, method by method.</summary>
internal sealed class RouteCompiler(RouteSettings settings, ClusterModel cluster, IReadOnlyList<ProtocolTraits> edges, List<ConfigProblem> problems)
{
    private readonly HttpEdgeOptions _http = settings.Options.Http;

    public CallRoute Compile()
    {
        var limits = Limits();
        var payloads = PayloadOptions(limits);
        var planner = new CallPlanner(cluster.Schema ?? SchemaCatalog.BuiltIn, payloads, edges);
        var rules = CompileRules(planner);
        var plans = new Dictionary<string, EdgePlans>(StringComparer.Ordinal);
        foreach (var edge in edges)
        {
            var wanted = settings.Edges?.Contains(edge.Name, StringComparer.OrdinalIgnoreCase) ?? true;
            if (wanted && CompileEdge(edge, planner, rules) is { } compiled)
            {
                plans.Add(edge.Name, compiled);
            }
        }

        if (plans.Count == 0 && settings.Edges is null)
        {
            Report("", $"no edge can serve cluster '{cluster.Settings.Id}': {Capital(cluster.Settings.Protocol)} calls need a Schema to be reached from another protocol.");
        }

        var errors = _http.ErrorFormat switch
        {
            "aip-193" => StatusFormat.Aip193,
            "problem" => StatusFormat.Problem,
            "grpc-gateway-v1" => StatusFormat.GrpcGatewayV1,
            _ => StatusFormat.Google,
        };
        return new CallRoute
        {
            Id = settings.Id,
            ClusterId = cluster.Settings.Id,
            Settings = settings,
            Backend = IsForeign(plans) ? null : cluster.Backend,
            Limits = limits,
            Rules = rules,
            Edges = plans.ToFrozenDictionary(StringComparer.Ordinal),
            Cursors = CompileCursors(planner).ToFrozenDictionary(StringComparer.Ordinal),
            StatusWriter = planner.StatusWriter,
            ErrorFormat = errors,
            Description = rules is null ? null : RouteDescriber.Describe(settings, cluster.Schema!, rules, payloads, errors, plans),
            ConnectErrors = planner.ConnectErrors,
            Metadata = new MetadataPolicy(settings.Options.Metadata),
            Resilience = cluster.Resilience,
            RepeatablePaths = (cluster.Schema?.Methods ?? []).Where(static m => m.IsRepeatable && !m.Shape.StreamsRequests()).Select(static m => m.Path)
                .ToFrozenSet(StringComparer.Ordinal),
            StreamIdle = settings.Options.Limits.StreamIdle ?? Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>True for a route that forwards other protocols than its cluster's as well: nothing of it is ours.</summary>
    private bool IsForeign(Dictionary<string, EdgePlans> plans) =>
        plans.Values.All(static edge => edge.IsPassThrough) && plans.Keys.Any(name => name != cluster.Settings.Protocol);

    private EdgePlans? CompileEdge(ProtocolTraits edge, CallPlanner planner, HttpRuleTable? rules)
    {
        var labels = new CallLabels(settings.Id, edge.Name, cluster.Settings.Protocol);
        if (cluster.Registration.Forwards(cluster.Settings, settings, edge.Name))
        {
            if (edge.ArrivesAsHttp)
            {
                return new EdgePlans { Edge = edge.Name, IsPassThrough = true, Labels = labels, Hub = CompileHub(edge, planner, labels) };
            }

            ReportEdge(edge, $"the requests of cluster '{cluster.Settings.Id}' are forwarded as they are, and {edge.Article} has none; give the cluster a Protocol.");
            return null;
        }

        var backend = cluster.Registration.Traits!(cluster.Settings);
        if (cluster.Schema is not { } schema)
        {
            var reply = edge.ExpectsOneAnswer ? ReplyOf(backend) : null;
            var opaque = planner.PlanOpaque(edge, backend, reply);
            if (opaque.Problem is { } problem)
            {
                // A route that lists no edges gets those that work; one that lists this edge wants to know.
                ReportEdge(edge, problem.Text);
                return null;
            }

            return new EdgePlans
            {
                Edge = edge.Name,
                ExpectsOneAnswer = edge.ExpectsOneAnswer,
                Opaque = opaque.Plan,
                OpaqueStream = reply is null ? opaque.Plan : planner.PlanOpaque(edge, backend, null).Plan,
                Labels = labels,
            };
        }

        return CompileMethods(edge, backend, schema, planner, rules, labels);
    }

    /// <summary>Plans for the modes of an edge whose own protocol is forwarded; null where it has none.</summary>
    private EdgePlans? CompileHub(ProtocolTraits edge, CallPlanner planner, CallLabels labels)
    {
        if (!edge.HasModes || edge.Name != cluster.Settings.Protocol || cluster.Registration.Traits is not { } traits)
        {
            return null;
        }

        var backend = traits(cluster.Settings);
        return cluster.Schema is { } schema
            ? CompileMethods(edge, backend, schema, planner, null, labels)
            : new EdgePlans { Edge = edge.Name, Opaque = CallPlanner.PlanUntyped(edge, backend), Labels = labels };
    }

    private EdgePlans? CompileMethods(
        ProtocolTraits edge, ProtocolTraits backend, SchemaCatalog schema, CallPlanner planner, HttpRuleTable? rules, CallLabels labels)
    {
        var byPath = new Dictionary<string, CallPlan>(StringComparer.Ordinal);
        var byBinding = new Dictionary<HttpBinding, CallPlan>();
        var refusals = new Dictionary<string, PlanProblem>(StringComparer.Ordinal);
        foreach (var method in schema.Methods)
        {
            var result = planner.Plan(edge, backend, method, null);
            if (result.Plan is { } plan)
            {
                byPath[method.Path] = plan;
            }
            else
            {
                refusals[method.FullName] = result.Problem!;
            }
        }

        foreach (var binding in (rules?.Bindings ?? []).Concat(rules?.AutomaticBindings.Values ?? []))
        {
            if (planner.Plan(edge, backend, binding.Method, binding).Plan is { } plan)
            {
                byBinding[binding] = plan;
            }
        }

        if (byPath.Count == 0)
        {
            ReportEdge(edge, refusals.Count > 0 ? refusals.Values.First().Text : "the schema declares no method; a service would be needed.");
            return null;
        }

        return new EdgePlans
        {
            Edge = edge.Name,
            ExpectsOneAnswer = edge.ExpectsOneAnswer,
            ByPath = byPath.ToFrozenDictionary(StringComparer.Ordinal),
            ByBinding = byBinding.ToFrozenDictionary(),
            Refusals = refusals.ToFrozenDictionary(StringComparer.Ordinal),
            Labels = labels,
        };
    }

    /// <summary>The methods that can resume a stream by the fields that the route names: at least one, else the names are wrong.</summary>
    private Dictionary<string, CursorField> CompileCursors(CallPlanner planner)
    {
        var cursors = new Dictionary<string, CursorField>(StringComparer.Ordinal);
        var options = settings.Options.Sse;
        if (options.Resume != "field")
        {
            return cursors;
        }

        const string Path = ":Options:Sse:Resume";
        if (options.ResumeField is not { } fields || cluster.Schema is not { } schema)
        {
            Report(Path, options.ResumeField is null
                ? "'field' needs the key 'ResumeField': { \"Request\": …, \"Response\": … } beside it."
                : "'field' needs to know the messages: give the cluster a Schema, or use 'buffer'.");
            return cursors;
        }

        string? first = null;
        foreach (var method in schema.Methods)
        {
            if (method.Shape != CallShape.ServerStreaming)
            {
                continue;
            }

            if (planner.BuildCursor(method, fields.Request, fields.Response, out var problem) is { } cursor)
            {
                cursors.Add(method.FullName, cursor);
            }
            else
            {
                first ??= $"{method.FullName}: {problem}";
            }
        }

        if (cursors.Count == 0)
        {
            Report(Path + "Field", $"no method that streams its answers has these fields ({first ?? "the schema declares no such method"}); name a field of the request and one of the answer.");
        }

        return cursors;
    }

    /// <summary>What makes one answer of a stream for clients that expect one: the route's choice, else what suits the backend.</summary>
    private Reply? ReplyOf(ProtocolTraits backend)
    {
        Reply? reply = _http.Reply switch
        {
            "auto" => backend.OneAnswer,
            "first" => new Reply(ReplyKind.First),
            "last" => new Reply(ReplyKind.Last),
            "count" => new Reply(ReplyKind.Count),
            "all" => new Reply(ReplyKind.All),
            "events" => new Reply(ReplyKind.Events),
            _ => null,
        };
        return reply is null ? null : reply with
        {
            MaxMessages = _http.ReplyCount ?? reply.MaxMessages,
            MaxBytes = _http.ReplyBytes ?? reply.MaxBytes,
            MaxDuration = _http.ReplyDuration ?? reply.MaxDuration,
        };
    }

    private HttpRuleTable? CompileRules(CallPlanner planner)
    {
        if (cluster.Schema is not { } schema)
        {
            return null;
        }

        var rules = HttpRuleJson.ParseAll(cluster.Settings.Schema?.HttpRules ?? [], out var unread);
        var table = planner.BuildRules(
            schema.Methods,
            new HttpRuleTableOptions
            {
                AutoMapping = _http.AutoMapping,
                IgnoreTrailingSlash = _http.IgnoreTrailingSlash,
                Rules = rules,
                Weave = WeaveChoices.Of(_http, cluster.Settings.Schema),
            },
            out var found);
        foreach (var problem in unread.Concat(found))
        {
            // The cluster's, not the route's: another route may have found it already.
            if (RuleProblems.Of(problem, cluster.Settings, schema) is { } inCluster && !problems.Contains(inCluster))
            {
                problems.Add(inCluster);
            }
        }

        return table;
    }

    private PayloadPlanOptions PayloadOptions(CallLimits limits) => new()
    {
        UnknownFields = _http.UnknownFields switch
        {
            "ignore" => UnknownFieldHandling.Ignore,
            "ignore-fields" => UnknownFieldHandling.IgnoreFields,
            _ => UnknownFieldHandling.Reject,
        },
        EmitDefaults = _http.EmitDefaults,
        ProtoNames = _http.ProtoNames,
        EnumsAsNumbers = _http.EnumsAsNumbers,
        Int64AsNumbers = _http.Int64AsNumbers,
        EmitNulls = _http.EmitNulls,
        CaseInsensitiveEnums = _http.CaseInsensitiveEnums,
        MaxDepth = limits.Depth,
    };

    private CallLimits Limits()
    {
        var declared = settings.Options.Limits;
        var defaults = CallLimits.Default;
        return defaults with
        {
            MessageSize = declared.MessageSize ?? defaults.MessageSize,
            Depth = declared.Depth ?? defaults.Depth,
            CallsPerSocket = declared.CallsPerSocket ?? defaults.CallsPerSocket,
        };
    }

    private void ReportEdge(ProtocolTraits edge, string text)
    {
        if (settings.Edges is not null)
        {
            Report(":Edges", $"'{edge.Name}': {text}");
        }
    }

    private void Report(string path, string text) =>
        problems.Add(new(settings.Position, $"ReverseProxy:Routes:{settings.Id}{path}", text));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
