namespace Gateway.Edges.Grpc;

/// <summary>Decides whether answers are compressed: only ever with what the client can read.</summary>
internal static class AnswerEncoding
{
    /// <summary>Messages of fewer bytes leave as they are: compression would hardly make them smaller.</summary>
    public const int MinLength = 256;

    /// <summary>The encoding of answers; null when they leave as they are.</summary>
    /// <param name="policy">`mirror` compresses for clients that compress, `gzip` for all that can read it, `none` never.</param>
    /// <param name="requested">The encoding of the client's own messages.</param>
    /// <param name="accepted">What the client says it can read, comma-separated; empty when it does not say.</param>
    public static string? Choose(string policy, string requested, string accepted) => policy switch
    {
        "gzip" => Names(accepted, "gzip") ? "gzip" : null,
        "mirror" => requested is "gzip" or "deflate" && (accepted.Length == 0 || Names(accepted, requested)) ? requested : null,
        _ => null,
    };

    private static bool Names(string accepted, string encoding)
    {
        foreach (var part in accepted.AsSpan().Split(','))
        {
            var item = accepted.AsSpan()[part].Trim();
            var semicolon = item.IndexOf(';');
            var name = (semicolon < 0 ? item : item[..semicolon]).TrimEnd();
            if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
            {
                // RFC 9110 §12.5.3: a weight of zero rules it out.
                return semicolon < 0 || item[(semicolon + 1)..].Trim().TrimEnd("0.") is not "q=";
            }
        }

        return false;
    }
}
