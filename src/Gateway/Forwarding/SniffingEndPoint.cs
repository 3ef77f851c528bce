using System.Net;

namespace Gateway.Forwarding;

/// <summary>One of the two addresses Kestrel sees for one real socket: the HTTP/1.1 half or the HTTP/2 half.</summary>
internal sealed class SniffingEndPoint(SniffingSocket socket, SniffedProtocol protocol) : EndPoint
{
    public SniffingSocket Socket => socket;

    public SniffedProtocol Protocol => protocol;

    /// <summary>What Kestrel names in errors before the socket is bound.</summary>
    public override string ToString() => socket.Address.Url;
}
