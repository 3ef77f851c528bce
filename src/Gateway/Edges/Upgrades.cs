namespace Gateway.Edges;

/// <summary>Requests that ask for another protocol on their connection.</summary>
internal static class Upgrades
{
    /// <summary>True when the request could open a WebSocket: an upgrade (RFC 6455 §4.1), or an extended CONNECT (RFC 8441), which reads as CONNECT.</summary>
    public static bool IsAskedFor(HttpRequest request) => request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method);
}
