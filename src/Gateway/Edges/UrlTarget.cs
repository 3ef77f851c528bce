using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Planning;

namespace Gateway.Edges;

/// <summary>The method that a URL reaches, by the route's HTTP rules: shared by every edge that is reached by URL.</summary>
public readonly record struct UrlTarget(HttpBinding Binding, CallPlan Plan)
{
    /// <summary>The target of a request, or the status that says why there is none.</summary>
    public static (UrlTarget? Target, CallStatus? Refusal) Find(EdgeRequest request) => Find(request.Route, request.Plans, request.Verb, request.Path);

    /// <summary>As the other, for a call that named verb and path by other means than a request line.</summary>
    public static (UrlTarget? Target, CallStatus? Refusal) Find(CallRoute route, EdgePlans plans, string verb, ReadOnlySpan<char> path)
    {
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(plans);
        if (route.Rules is not { } rules)
        {
            return (null, new CallStatus(StatusCode.Unimplemented, "This route has no schema: nothing is reached by name or URL here.") { HttpStatus = 404 });
        }

        var match = rules.Match(verb, path);
        switch (match.Kind)
        {
            case HttpMatchKind.Found when plans.ByBinding.TryGetValue(match.Value!, out var plan):
                return (new UrlTarget(match.Value!, plan), null);
            case HttpMatchKind.Found:
                var reason = plans.Refusals.TryGetValue(match.Value!.Method.FullName, out var problem) ? problem.Text : "The method is not served on this edge.";
                return (null, new CallStatus(StatusCode.Unimplemented, reason));
            case HttpMatchKind.MethodNotAllowed:
                var allow = new CallMetadata(1);
                allow.Add("Allow", match.Allow!);
                return (null, new CallStatus(StatusCode.Unimplemented, $"{verb} is not allowed here; {match.Allow} is.") { HttpStatus = 405, Trailers = allow, Origin = StatusOrigin.Client });
            case HttpMatchKind.Malformed:
                return (null, new CallStatus(StatusCode.InvalidArgument, match.Problem!) { Origin = StatusOrigin.Client });
            default:
                return (null, new CallStatus(StatusCode.NotFound, "No method answers to this path.") { HttpStatus = 404, Origin = StatusOrigin.Client });
        }
    }

    /// <summary>Answers in HTTP why there is no target; OPTIONS of a known path is answered with what is allowed (RFC 9110 §9.3.7).</summary>
    public static ValueTask RefuseAsync(EdgeRequest request, CallStatus refusal)
    {
        var response = request.Context.Response;
        if (refusal.HttpStatus == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = refusal.Trailers!.Find("Allow");
            if (HttpMethods.IsOptions(request.Verb))
            {
                response.StatusCode = StatusCodes.Status204NoContent;
                return default;
            }
        }

        return StatusResponse.WriteAsync(request.Context, request.Route, refusal);
    }
}
