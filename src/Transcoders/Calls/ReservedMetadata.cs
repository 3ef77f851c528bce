using System.Collections.Frozen;

namespace Transcoders.Calls;

/// <summary>
/// Names that belong to one hop or one protocol and never cross the hub: hop-by-hop headers (RFC 9110 §7.6.1),
/// message framing, and the reserved prefixes of the RPC protocols. Source: PROTOCOLS §10.5.
/// </summary>
public static class ReservedMetadata
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
        "host", "content-length", "content-encoding", "content-type", "accept", "accept-encoding", "expect",
        "last-event-id", "cache-control", "date", "server", "alt-svc", "user-agent",
        "forwarded", "x-server-timeout", "x-request-timeout", "x-grpc-web",
        "traceparent", "tracestate", "baggage",
    ], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> OfOneHop = FrozenSet.ToFrozenSet(
    [
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
        "content-length", "content-type", "date", "server", "alt-svc",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>True when the header must not become metadata, whatever the route's policy.</summary>
    public static bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name[0] == ':')
        {
            return true;
        }

        return Names.Contains(name) || (name[0] | 0x20) switch
        {
            'g' => name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase),
            'c' => name.StartsWith("connect-", StringComparison.OrdinalIgnoreCase),
            'p' => name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase),
            's' => name.StartsWith("sec-websocket-", StringComparison.OrdinalIgnoreCase),
            'x' => name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    /// <summary>
    /// True when a header of a backend's HTTP answer must not reach the client though the answer passes as it is: it belongs to one hop, says how
    /// this hop frames the body, or is the gateway's own to write.
    /// </summary>
    public static bool IsOfOneHop(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OfOneHop.Contains(name) || name.StartsWith(':') || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);
    }
}
