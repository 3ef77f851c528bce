using Gateway.Dispatch;

namespace Gateway.Edges;

/// <summary>Finds the edge a request speaks to, by what the client sent. Source: PROTOCOLS §10.1.</summary>
public sealed class EdgeSelector
{
    private readonly IHttpEdge[] _edges;

    /// <param name="edges">In the order in which they are asked; the last one claims every request.</param>
    public EdgeSelector(IEnumerable<IHttpEdge> edges)
    {
        _edges = [.. edges];
    }

    /// <summary>The edge, and what the route can do on it; null plans when the route does not serve the protocol the client insists on.</summary>
    public (IHttpEdge Edge, EdgePlans? Plans) Select(HttpContext context, CallRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        foreach (var edge in _edges)
        {
            if (edge.Claims(context))
            {
                if (route.Edges.TryGetValue(edge.Name, out var plans))
                {
                    return (edge, plans.Hub is { } hub && edge.SpeaksMode(context) ? hub : plans);
                }

                // An event stream is a wish (Accept); an upgrade or a gRPC body is not. A mode is plain HTTP to a server that may know it itself.
                if (edge.IsNegotiable || (IsForwarded(route) && edge.SpeaksMode(context)))
                {
                    continue;
                }

                return (edge, null);
            }
        }

        return (_edges[^1], null);
    }

    /// <summary>True when the route passes requests that no other edge takes on as they are.</summary>
    private bool IsForwarded(CallRoute route) => route.Edges.TryGetValue(_edges[^1].Name, out var last) && last.IsPassThrough;
}
