using Gateway.Configuration;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Descriptions;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Says where a route's descriptions are served and what they are made of.</summary>
internal static class RouteDescriber
{
    private const string OpenApi = "/openapi.json";
    private const string AsyncApi = "/asyncapi.json";

    /// <param name="settings">The route.</param>
    /// <param name="schema">The schema of its cluster.</param>
    /// <param name="rules">The rules over it.</param>
    /// <param name="payloads">How its JSON is printed.</param>
    /// <param name="errors">The shape of its failures.</param>
    /// <param name="edges">What its edges can do, by name.</param>
    public static RouteDescription Describe(
        RouteSettings settings, SchemaCatalog schema, HttpRuleTable rules, PayloadPlanOptions payloads, StatusFormat errors, IReadOnlyDictionary<string, EdgePlans> edges)
    {
        var paths = new PublicPaths(settings);
        var (http, sse, socket) = (edges.GetValueOrDefault("http"), edges.GetValueOrDefault("sse"), edges.GetValueOrDefault("websocket"));
        var options = settings.Options;
        var route = new DescribedRoute
        {
            Catalog = schema,
            Rules = rules,
            Payloads = payloads,
            Title = options.Describe.Title ?? settings.Id,
            Version = options.Describe.Version,
            Framing = options.Http.Stream switch
            {
                "array" => StreamFraming.Array,
                "ndjson-bare" => StreamFraming.NdjsonBare,
                "grpc-gateway" => StreamFraming.ResultLines,
                "aspnet" => StreamFraming.StatusLines,
                _ => StreamFraming.Ndjson,
            },
            ErrorFormat = errors,
            MapQuery = options.Http.MapQuery,
            ErrorEvent = options.Sse.ErrorEvent,
            PublicPath = paths.ToPublic,
            Note = paths.Problem,
            Methods = settings.Methods,
            OnHttp = Serves(http),
            OnSse = Serves(sse),
            OnWebSocket = Serves(socket),
            EnvelopePath = socket is { IsPassThrough: false } && options.WebSocket.Subprotocols.Contains("gateway.v1.json") && paths.Directory is { } directory ? directory + "/" : null,
        };

        // Where HTTP is forwarded every path is the server's, a description of its own among them.
        var isOurs = options.Describe.Serve && http is not { IsPassThrough: true };
        return new RouteDescription(
            () => Make(() => OpenApiDocument.Write(route)),
            () => Make(() => AsyncApiDocument.Write(route)))
        {
            OpenApiPath = isOurs && (http ?? sse) is not null ? PathOf(OpenApi, paths, rules) : null,
            AsyncApiPath = isOurs && (sse ?? socket) is not null ? PathOf(AsyncApi, paths, rules) : null,
        };
    }

    private static Func<HttpBinding, bool> Serves(EdgePlans? edge) => edge switch
    {
        null => static _ => false,
        { IsPassThrough: true } => static binding => !binding.IsAutomatic,
        _ => edge.ByBinding.ContainsKey,
    };

    /// <summary>Where the document stands among the route's paths; null when it has no directory, or a method answers there.</summary>
    private static string? PathOf(string name, PublicPaths paths, HttpRuleTable rules) =>
        paths.Directory is { } directory && rules.Match("GET", paths.ToRule(directory + name)).Kind != HttpMatchKind.Found ? directory + name : null;

    private static DescribedDocument Make(Func<byte[]> write)
    {
        try
        {
            return DescribedDocument.Of(write());
        }
        catch (DescriptionException e)
        {
            return DescribedDocument.Refuse(e.Message);
        }
    }
}
