using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>Opens calls to WebSocket servers: a socket for each call, over the cluster's own HTTP client.</summary>
/// <param name="plan">How the cluster's sockets are spoken to.</param>
/// <param name="statuses">Reads google.rpc.Status in JSON; null for what is none.</param>
/// <param name="clock">Measures timeouts and deadlines.</param>
internal sealed class WebSocketBackend(WebSocketPlan plan, StatusReader statuses, TimeProvider clock) : IBackend
{
    private readonly ErrorBodyReader _errors = new(statuses);

    public string Protocol => WebSocketTraits.Name;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(destination);
        return new WebSocketClientCall(new WebSocketDialer(plan, statuses, _errors, clock, head, destination), cancellationToken);
    }
}
