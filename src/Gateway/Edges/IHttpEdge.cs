using Gateway.Dispatch;
using Transcoders.Calls;

namespace Gateway.Edges;

/// <summary>Accepts calls of one protocol that arrive as HTTP requests. One instance per process, used from any thread.</summary>
public interface IHttpEdge
{
    /// <summary>The protocol's registered name.</summary>
    string Name { get; }

    /// <summary>True when the request speaks this protocol. The first registered edge that claims a request and that its route serves gets it.</summary>
    bool Claims(HttpContext context);

    /// <summary>True when a client that speaks this protocol can also be answered in plain HTTP, where the route does not serve it.</summary>
    bool IsNegotiable { get; }

    /// <summary>
    /// True when a request that is claimed speaks the protocol in a way that servers of the protocol need not know, such as gRPC-Web:
    /// the hub carries its call even where the protocol itself is forwarded.
    /// </summary>
    bool SpeaksMode(HttpContext context) => false;

    /// <summary>Answers a request that came over a transport on which this protocol cannot be spoken; false when it can.</summary>
    bool RefuseTransport(HttpContext context) => false;

    /// <summary>Carries the request to its end: its calls are dispatched, its answer is written.</summary>
    /// <returns>The status of the request's call; of the last one, when it carried several.</returns>
    Task<CallStatus> HandleAsync(EdgeRequest request);

    /// <summary>Answers a request that never becomes a call, in the protocol's own way. The response must not have started.</summary>
    ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status);
}
