using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Transcoders.Calls;

namespace Gateway.Edges.WebSocket;

/// <summary>
/// Verb and path of a call within a socket, on a route without schema. The socket was routed and authorised by its own path;
/// a call may name another only where that path would have come to the same route.
/// </summary>
internal static class SocketTarget
{
    private static readonly ConditionalWeakTable<RouteEndpoint, TemplateMatcher> Matchers = [];

    /// <summary>Why a call may not be made; null when it may.</summary>
    /// <param name="request">The socket's request.</param>
    /// <param name="verb">The call's verb.</param>
    /// <param name="target">Its path and query.</param>
    /// <param name="pathLength">How much of <paramref name="target"/> is the path.</param>
    public static CallStatus? Refuse(EdgeRequest request, string verb, string target, int pathLength)
    {
        if (!IsVerb(verb) || !IsClean(target, pathLength))
        {
            return new CallStatus(StatusCode.InvalidArgument, "\"method\" of this route is a verb and a path without dot segments, such as \"GET /items/a?x=1\".") { Origin = StatusOrigin.Client };
        }

        if (request.Context.GetEndpoint() is not RouteEndpoint own)
        {
            return null;
        }

        if (own.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods && !methods.HttpMethods.Contains(verb, StringComparer.OrdinalIgnoreCase))
        {
            return new CallStatus(StatusCode.Unimplemented, $"{verb} is not among the methods of this route.") { HttpStatus = StatusCodes.Status405MethodNotAllowed, Origin = StatusOrigin.Client };
        }

        var path = target.AsSpan(0, pathLength);
        if (path.SequenceEqual(request.Path))
        {
            return null;
        }

        if (request.Shaper is not null)
        {
            return new CallStatus(StatusCode.Unimplemented, "This route rewrites its requests, so only the socket's own path can be called on it.") { Origin = StatusOrigin.Client };
        }

        return Reaches(request.Context, own, Uri.UnescapeDataString(path))
            ? null
            : new CallStatus(StatusCode.NotFound, "This path does not belong to the socket's route.") { Origin = StatusOrigin.Client };
    }

    /// <summary>
    /// Whether routing would have come to the socket's own endpoint. Stricter than routing is: an endpoint that fits as well as ours,
    /// be it for another host or header, may have another policy, so it counts as the one that would have won.
    /// </summary>
    private static bool Reaches(HttpContext context, RouteEndpoint own, string path)
    {
        // A constraint on a parameter is not looked at here, so a route that has one keeps to the socket's own path.
        if (own.RoutePattern.ParameterPolicies.Count > 0 || !Fits(own, path))
        {
            return false;
        }

        foreach (var endpoint in context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            if (endpoint is RouteEndpoint other && !ReferenceEquals(other, own) && Precedes(other, own) && Fits(other, path))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Precedes(RouteEndpoint other, RouteEndpoint own) =>
        other.Order < own.Order || (other.Order == own.Order && other.RoutePattern.InboundPrecedence <= own.RoutePattern.InboundPrecedence);

    private static bool Fits(RouteEndpoint endpoint, string path) =>
        Matchers.GetValue(endpoint, static e => new TemplateMatcher(new RouteTemplate(e.RoutePattern), [])).TryMatch(path, []);

    private static bool IsVerb(string verb) => verb.Length is > 0 and <= 16 && !verb.AsSpan().ContainsAnyExceptInRange('A', 'Z') && verb is not ("CONNECT" or "TRACE");

    /// <summary>Printable ASCII, one slash to begin with, and nothing that a server may resolve to another path than we looked at.</summary>
    private static bool IsClean(string target, int pathLength)
    {
        if (target.Length == 0 || target[0] != '/' || target.AsSpan().ContainsAnyExceptInRange('!', '~') || target.Contains('#', StringComparison.Ordinal))
        {
            return false;
        }

        var path = target.AsSpan(0, pathLength);
        if (path.IndexOf("//") >= 0 || path.Contains('\\') || path.Contains("%2f", StringComparison.OrdinalIgnoreCase) || path.Contains("%5c", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (var range in path.Split('/'))
        {
            if (path[range].ToString().Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}
