using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>Opens calls to the servers of one protocol. One instance per cluster and configuration, used from any thread.</summary>
public interface IBackend
{
    /// <summary>The protocol's registered name (`grpc`, `stdio`).</summary>
    string Protocol { get; }

    /// <summary>Opens a call to <paramref name="destination"/>. It need not have connected when this returns: failures show as the call's status.</summary>
    /// <param name="head">How the call opens.</param>
    /// <param name="destination">The one server the load balancer chose.</param>
    /// <param name="cancellationToken">Fires when the client has gone or the deadline has passed.</param>
    /// <returns>Our half of the call; the caller disposes it.</returns>
    ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken);
}
