using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Edges.Stdio;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Cli;

/// <summary>What the TARGET of a command means: an endpoint and how it is reached, or an endpoint that routing is to find.</summary>
internal sealed record CallTarget
{
    private static readonly Func<Endpoint, CallRoute?> RouteOf = static endpoint => endpoint.Metadata.GetMetadata<CallRoute>();

    /// <summary>Null when verb and path are to be routed.</summary>
    public Endpoint? Endpoint { get; private init; }

    /// <summary>`/pkg.Service/Method` when the method was named.</summary>
    public string? MethodPath { get; private init; }

    /// <summary>Null when neither the target nor its route says.</summary>
    public string? Verb { get; private init; }

    /// <summary>True when the backend is opened by URL alone: without data of its own the call is a GET.</summary>
    public bool IsSubscription { get; private init; }

    /// <summary>Path and query.</summary>
    public string Path { get; private init; } = "/";

    /// <summary>The authority of an absolute URL; null without one.</summary>
    public string? Host { get; private init; }

    /// <summary>The target in one text, when a shell split it: `GET /v1/books` and `"GET /v1/books"` are the same. The rest is the file.</summary>
    /// <returns>Null when the words are too many or too few.</returns>
    public static (string? File, string Target)? Split(IReadOnlyList<string> words) => words switch
    {
        [var target] => (null, target),
        [var verb, var path] when IsVerb(verb) && IsPath(path) => (null, $"{verb} {path}"),
        [var file, var target] => (file, target),
        [var file, var verb, var path] when IsVerb(verb) && IsPath(path) => (file, $"{verb} {path}"),
        _ => null,
    };

    /// <summary>Finds what <paramref name="text"/> names.</summary>
    /// <param name="text">A route's id, `pkg.Service/Method`, or `GET /path`.</param>
    /// <param name="endpoints">Every endpoint, in the order of the routes.</param>
    public static (CallTarget? Target, CallStatus? Refusal) Resolve(string text, IReadOnlyList<Endpoint> endpoints)
    {
        // 1. `GET /path?query`, perhaps with a host.
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && IsVerb(text[..space]) && IsPath(text[(space + 1)..].Trim()))
        {
            var path = text[(space + 1)..].Trim();
            var url = path[0] == '/' ? null : new Uri(path);
            return (new CallTarget { Verb = text[..space], Path = url?.PathAndQuery ?? path, Host = url?.Authority }, null);
        }

        // 2. A route.
        foreach (var endpoint in endpoints)
        {
            if (RouteOf(endpoint) is { } route && route.Id.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return (OfRoute(endpoint, route), null);
            }
        }

        // 3. A method: of the first route that serves it here.
        if (text.TrimStart('/').Contains('/', StringComparison.Ordinal))
        {
            return OfMethod("/" + text.TrimStart('/'), endpoints);
        }

        var ids = endpoints.Select(RouteOf).OfType<CallRoute>().Select(static route => route.Id);
        return (null, new CallStatus(StatusCode.NotFound, $"There is no route '{text}'{Nearest.Suggestion(text, ids)}; a route's id, pkg.Service/Method or \"GET /path\" would be right."));
    }

    private static (CallTarget? Target, CallStatus? Refusal) OfMethod(string path, IReadOnlyList<Endpoint> endpoints)
    {
        CallStatus? refusal = null;
        var known = new List<string>();
        foreach (var endpoint in endpoints)
        {
            if (RouteOf(endpoint)?.Edges.GetValueOrDefault(StdioTraits.Name) is not { } plans)
            {
                continue;
            }

            if (plans.ByPath.ContainsKey(path))
            {
                return (new CallTarget { Endpoint = endpoint, MethodPath = path, Verb = "POST", Path = path }, null);
            }

            known.AddRange(plans.ByPath.Keys.Select(static name => name[1..]));
            refusal ??= plans.Refusals.ContainsKey(path[1..]) ? StdioEdge.Unserved(plans, path) : null;
        }

        return (null, refusal ?? new CallStatus(StatusCode.Unimplemented, $"No route serves a method {path[1..]}{Nearest.Suggestion(path[1..], known)}."));
    }

    /// <summary>The route's own verb and path, as far as its pattern spells them out; the one method of a schema that has one.</summary>
    private static CallTarget OfRoute(Endpoint endpoint, CallRoute route)
    {
        var verbs = endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()?.HttpMethods ?? [];
        var verb = verbs.Count == 0 ? null : verbs.Contains("POST", StringComparer.OrdinalIgnoreCase) ? "POST" : verbs[0];
        var pattern = (endpoint as RouteEndpoint)?.RoutePattern;
        var isLiteral = pattern is { Parameters.Count: 0 };
        if (!isLiteral && route.Edges.GetValueOrDefault(StdioTraits.Name) is { ByPath.Count: 1 } plans)
        {
            var only = plans.ByPath.Keys.First();
            return new CallTarget { Endpoint = endpoint, MethodPath = only, Verb = "POST", Path = only };
        }

        var text = pattern?.RawText ?? "/";
        var end = isLiteral ? text.Length : text.IndexOf('{', StringComparison.Ordinal);
        var isSubscription = route.Edges.GetValueOrDefault(StdioTraits.Name)?.Opaque is { Backend.IsSubscription: true };
        return new CallTarget { Endpoint = endpoint, Verb = verb, IsSubscription = isSubscription, Path = "/" + text[..Math.Max(0, end)].TrimStart('/') };
    }

    private static bool IsVerb(string word) => word.Length is > 0 and <= 20 && word.AsSpan().IndexOfAnyExceptInRange('A', 'Z') < 0;

    private static bool IsPath(string word) =>
        word.StartsWith('/') || (Uri.TryCreate(word, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");
}
