using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

/// <summary>Gives Kestrel its listeners for <see cref="SniffingEndPoint"/>s; leaves all other addresses to the ordinary transport.</summary>
internal sealed class SniffingListenerFactory(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _transport = new(options, loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is SniffingEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var half = (SniffingEndPoint)endpoint;
        return new Listener(half, await half.Socket.BindAsync(_transport, cancellationToken));
    }

    /// <summary>One half of a socket. <see cref="EndPoint"/> is the real one: that is what the server reports as its address.</summary>
    private sealed class Listener(SniffingEndPoint half, EndPoint bound) : IConnectionListener
    {
        public EndPoint EndPoint => bound;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            half.Socket.AcceptAsync(half.Protocol, cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => half.Socket.UnbindAsync();

        public ValueTask DisposeAsync() => half.Socket.DisposeAsync();
    }
}
