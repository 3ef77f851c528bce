namespace Transcoders.WebSocket;

/// <summary>The subprotocols of the WebSocket edge, and a token carried among them. Source: PROTOCOLS §10.4.</summary>
public static class Subprotocols
{
    /// <summary>Many calls on one socket, each frame a small JSON object.</summary>
    public const string Envelope = "gateway.v1.json";

    /// <summary>gRPC-Web frames on a socket, one call. The convention of the improbable-eng client. Source: PROTOCOLS §6.2.</summary>
    public const string GrpcWebSockets = "grpc-websockets";

    /// <summary>A process's streams as numbered channels, the client's half-close among them: Kubernetes exec.</summary>
    public const string ExecV5 = "v5.channel.k8s.io";

    /// <summary>As <see cref="ExecV5"/>, without a half-close.</summary>
    public const string ExecV4 = "v4.channel.k8s.io";

    private const string Bearer = "Bearer";

    /// <summary>Most subprotocols read from a request.</summary>
    private const int MaxOffered = 16;

    /// <summary>
    /// Reads the offered list: the subprotocol to answer with (null: none), and the bearer token when the list carries
    /// `Bearer, token` (browsers cannot set Authorization). The token is never echoed.
    /// </summary>
    /// <param name="offered">What the client offered, the preferred one first.</param>
    /// <param name="serves">Whether a subprotocol is spoken here.</param>
    public static Offer Read(IList<string> offered, Predicate<string> serves)
    {
        ArgumentNullException.ThrowIfNull(offered);
        ArgumentNullException.ThrowIfNull(serves);
        string? chosen = null;
        string? token = null;
        string? bearer = null;
        for (var i = 0; i < offered.Count && i < MaxOffered; i++)
        {
            if (offered[i].Equals(Bearer, StringComparison.OrdinalIgnoreCase) && i + 1 < offered.Count)
            {
                // Answered as it was spelled: a client compares letter by letter (RFC 6455 §4.1).
                bearer = offered[i];
                token = offered[++i];
            }
            else if (chosen is null && serves(offered[i]))
            {
                chosen = offered[i];
            }
        }

        return new Offer(chosen ?? bearer, chosen, token);
    }

    /// <summary>What a client offered.</summary>
    /// <param name="Answer">The one to answer with; null when none of ours was offered.</param>
    /// <param name="Chosen">The one the socket speaks; null when it speaks none.</param>
    /// <param name="Token">A bearer token; null when none was carried.</param>
    public readonly record struct Offer(string? Answer, string? Chosen, string? Token)
    {
        /// <summary>True when the socket speaks <see cref="Envelope"/>.</summary>
        public bool IsEnvelope => Chosen == Envelope;
    }
}
