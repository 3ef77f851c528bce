using Transcoders.Calls;

namespace Gateway.Edges;

/// <summary>The route's response transforms, as an edge sees them: session affinity cookies and header rules.</summary>
public interface IResponseShaper
{
    /// <summary>Puts the answer's metadata on the client's response by way of the transforms. Called at most once, before the head is written.</summary>
    ValueTask ShapeAsync(HttpContext context, ResponseHead head);
}
