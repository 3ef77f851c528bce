namespace Transcoders.WebSocket;

/// <summary>The subprotocols of the WebSocket edge, and a token carried among them. Source: PROTOCOLS §10.4.</summary>
public static class Subprotocols
{
    /// <summary>Many calls on one socket, each frame a small JSON object.</summary>
    public const string Envelope = "gateway.v1.json";

    private const string Bearer = "Bearer";

    /// <summary>Most subprotocols read from a request.</summary>
    private const int MaxOffered = 16;

    /// <summary>
    /// Reads the offered list: the subprotocol to answer with (null: none), and the bearer token when the list carries
    /// `Bearer, token` (browsers cannot set Authorization). The token is never echoed.
    /// </summary>
    public static Offer Read(IList<string> offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
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
            else if (offered[i] == Envelope)
            {
                chosen = Envelope;
            }
        }

        return new Offer(chosen ?? bearer, chosen == Envelope, token);
    }

    /// <summary>What a client offered.</summary>
    /// <param name="Answer">The one to answer with; null when none of ours was offered.</param>
    /// <param name="IsEnvelope">True when the socket speaks <see cref="Envelope"/>.</param>
    /// <param name="Token">A bearer token; null when none was carried.</param>
    public readonly record struct Offer(string? Answer, bool IsEnvelope, string? Token);
}
