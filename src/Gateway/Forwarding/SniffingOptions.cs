namespace Gateway.Forwarding;

/// <summary>Bounds of connections whose protocol is not known yet.</summary>
internal sealed record SniffingOptions
{
    public static readonly SniffingOptions Default = new();

    /// <summary>How long a client may take to send enough bytes to tell HTTP/1.1 from HTTP/2; then the connection is closed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most connections of one address that wait to be told apart; one more is closed at once.</summary>
    public int MaxWaiting { get; init; } = 1024;
}
