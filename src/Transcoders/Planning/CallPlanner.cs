using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Planning;

/// <summary>
/// Decides at load how an edge speaks to a backend, or says in one sentence why it cannot. The only room that weighs
/// two protocols against each other, and it knows them by their traits alone.
/// </summary>
public sealed class CallPlanner
{
    private readonly PayloadPlanCompiler _compiler;
    private readonly PayloadPlanCompiler _lenient;
    private readonly PayloadPlanCompiler _requests;
    private readonly IReadOnlyList<ProtocolTraits> _edges;

    /// <param name="catalog">The schema; the built-in one for routes without.</param>
    /// <param name="options">The route's choices in the JSON mapping.</param>
    /// <param name="edges">Every edge there is, to name the ones that would work.</param>
    public CallPlanner(SchemaCatalog catalog, PayloadPlanOptions options, IReadOnlyList<ProtocolTraits> edges)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _compiler = new PayloadPlanCompiler(catalog, options);
        _lenient = new PayloadPlanCompiler(catalog, options with { UnknownFields = UnknownFieldHandling.Ignore });

        // A null in a request may be a value (google.protobuf.Value); the choice is about answers.
        _requests = options.EmitNulls ? new PayloadPlanCompiler(catalog, options with { EmitNulls = false }) : _compiler;
        _edges = edges;
        StatusWriter = new StatusJsonWriter(catalog);
        ConnectErrors = new ConnectErrorWriter(catalog);
    }

    /// <summary>Writes statuses as JSON, with details the schema knows.</summary>
    public StatusWriter StatusWriter { get; }

    /// <summary>Writes statuses as Connect's errors, with details the schema knows.</summary>
    public StatusWriter ConnectErrors { get; }

    /// <summary>Compiles the HTTP rules of methods with the same choices.</summary>
    public HttpRuleTable BuildRules(IReadOnlyList<MethodSchema> methods, HttpRuleTableOptions options, out IReadOnlyList<HttpRuleProblem> problems) =>
        HttpRuleTable.Build(methods, options, _compiler, out problems);

    /// <summary>Compiles how a method resumes a stream by a field of its own; null, with the reason, when it has no such fields.</summary>
    public CursorField? BuildCursor(MethodSchema method, string request, string response, out string? problem) =>
        CursorField.Compile(method, request, response, _compiler, out problem);

    /// <summary>Plans one method.</summary>
    /// <param name="edge">What the edge carries.</param>
    /// <param name="backend">What the backend carries; its first format is the one it takes.</param>
    /// <param name="method">The method.</param>
    /// <param name="binding">The HTTP rule it is reached by; null when it is reached by name.</param>
    public PlanResult Plan(ProtocolTraits edge, ProtocolTraits backend, MethodSchema method, HttpBinding? binding)
    {
        ArgumentNullException.ThrowIfNull(edge);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(method);
        if (Refuse(edge, backend, method) is { } reason)
        {
            return PlanResult.Refuse(reason);
        }

        var toJson = binding?.Response.Json ?? _compiler.ProtobufToJson(method.Output);
        var (requestWire, requestJson) = (_compiler.JsonToProtobuf(method.Input), _requests.ProtobufToJson(method.Input));
        var answerWire = (backend.AnswersLeniently ? _lenient : _compiler).JsonToProtobuf(method.Output);
        return PlanResult.Of(new CallPlan
        {
            Edge = edge,
            Backend = backend,
            Method = method,
            Shape = method.Shape,
            Reply = method.Shape.StreamsResponses() ? null : backend.UnaryReply,
            Payloads = new PayloadExchange(
                [requestWire, requestJson, new ThroughProtobufPlan(requestWire, requestJson)],
                [toJson, answerWire, new ThroughProtobufPlan(answerWire, toJson)]),
        });
    }

    /// <summary>Plans a route without schema: payloads pass as they are, or change their wrapping only.</summary>
    /// <param name="edge">What the edge carries.</param>
    /// <param name="backend">What the backend carries.</param>
    /// <param name="reply">What makes one answer of the backend's stream; null to let it stream.</param>
    public PlanResult PlanOpaque(ProtocolTraits edge, ProtocolTraits backend, Reply? reply)
    {
        ArgumentNullException.ThrowIfNull(edge);
        ArgumentNullException.ThrowIfNull(backend);
        if (backend.IsHttpOnly && !edge.CarriesHttp)
        {
            return PlanResult.Refuse($"{Capital(edge.Article)} cannot serve {backend.Article}, which answers with an HTTP head and body; {Others(static e => e.CarriesHttp)} would work.");
        }

        if (edge.NeedsSchema || backend.NeedsSchema)
        {
            var which = edge.NeedsSchema ? edge.Article : backend.Article;
            return PlanResult.Refuse($"{Capital(which)} needs to know the methods: give the cluster a Schema, or leave this edge out.");
        }

        return PlanResult.Of(new CallPlan
        {
            Edge = edge,
            Backend = backend,
            Method = null,
            Shape = OpaqueShape(edge, backend, reply),
            Reply = backend.OpaqueShape.StreamsResponses() ? reply : null,
            Payloads = OpaquePayloads.Exchange,
        });
    }

    /// <summary>Plans calls of any method between an edge and a backend of one protocol of which no schema is known: messages pass as they are.</summary>
    public static CallPlan PlanUntyped(ProtocolTraits edge, ProtocolTraits backend) => new()
    {
        Edge = edge,
        Backend = backend,
        Method = null,
        Shape = CallShape.Duplex,
        Payloads = new PayloadExchange([], []),
    };

    private string? Refuse(ProtocolTraits edge, ProtocolTraits backend, MethodSchema method)
    {
        if (method.Shape.StreamsRequests() && !edge.StreamsRequests)
        {
            return $"{Capital(edge.Article)} cannot serve {method.FullName}: it streams requests, and {edge.RequestStreamRefusal}; {Others(static e => e.StreamsRequests)} would work.";
        }

        if (method.Shape.StreamsResponses() && !edge.StreamsResponses)
        {
            return $"{Capital(edge.Article)} cannot serve {method.FullName}: it streams responses; {Others(static e => e.StreamsResponses)} would work.";
        }

        if (method.Shape.StreamsRequests() && !backend.StreamsRequests)
        {
            return $"{Capital(backend.Article)} cannot carry {method.FullName}: it streams requests, and {backend.RequestStreamRefusal ?? "this protocol does not"}.";
        }

        if (method.Shape.StreamsResponses() && !backend.StreamsResponses)
        {
            return $"{Capital(backend.Article)} cannot carry {method.FullName}: it streams responses, and {backend.ResponseStreamRefusal ?? "this protocol does not"}.";
        }

        return method.Shape == CallShape.Duplex && backend.DuplexRefusal is { } reason
            ? $"{Capital(backend.Article)} cannot carry {method.FullName}: it streams both ways, and {reason}."
            : null;
    }

    private static CallShape OpaqueShape(ProtocolTraits edge, ProtocolTraits backend, Reply? reply)
    {
        // A request body may hold many messages on every edge; answers are one where the edge or the reply makes them so.
        return edge.StreamsResponses && reply is null ? backend.OpaqueShape : backend.OpaqueShape & ~CallShape.ServerStreaming;
    }

    private string Others(Func<ProtocolTraits, bool> fits)
    {
        var names = new List<string>();
        foreach (var edge in _edges)
        {
            if (fits(edge))
            {
                names.Add(edge.Name);
            }
        }

        return names.Count == 0 ? "no edge" : string.Join(", ", names);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
