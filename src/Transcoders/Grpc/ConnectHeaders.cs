namespace Transcoders.Grpc;

/// <summary>Names and values of the Connect wire, spelled as its specification spells them. Source: connectrpc.com/docs/protocol.</summary>
public static class ConnectHeaders
{
    public const string ProtocolVersion = "Connect-Protocol-Version";
    public const string Timeout = "Connect-Timeout-Ms";
    public const string ContentEncoding = "Connect-Content-Encoding";
    public const string AcceptEncoding = "Connect-Accept-Encoding";
    public const string TrailerPrefix = "Trailer-";

    /// <summary>The only revision there is.</summary>
    public const string Version = "1";

    /// <summary>The encodings of messages and bodies that are taken.</summary>
    public const string Accepted = "gzip";

    /// <summary>What a method of one request and one answer takes, for Accept-Post.</summary>
    public const string UnaryTypes = "application/json, application/proto";

    /// <summary>What a method with a stream takes, for Accept-Post.</summary>
    public const string StreamTypes = "application/connect+json, application/connect+proto";

    /// <summary>`1500` → 1.5 s; false for anything but one to ten digits.</summary>
    public static bool TryParseTimeout(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is 0 or > 10 || !long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var milliseconds))
        {
            return false;
        }

        timeout = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
