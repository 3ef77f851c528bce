namespace Gateway.Configuration;

/// <summary>How the servers of a websocket cluster are spoken to.</summary>
public sealed record WebSocketSettings
{
    /// <summary>Where sockets are opened, with places for fields of the first request; null means `/pkg.Service/Method`, or the client's own path and query without a schema.</summary>
    public string? Path { get; init; }

    /// <summary>What messages of a schema are: `json` or `protobuf`.</summary>
    public string Codec { get; init; } = "json";

    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>`envelope`, `emptyText`, `close`, `ignore` or `message`; null where nobody chose.</summary>
    public string? HalfClose { get; init; }

    /// <summary>What is sent with HalfClose `message`.</summary>
    public string? HalfCloseMessage { get; init; }

    /// <summary>Templates of the messages sent first.</summary>
    public IReadOnlyList<string> OpenMessages { get; init; } = [];

    public IReadOnlyList<AutoReplySettings> AutoReply { get; init; } = [];

    /// <summary>How many first messages of the server are left out.</summary>
    public int SkipMessages { get; init; }

    /// <summary>Sent before the gateway closes; null for nothing.</summary>
    public string? ExitMessage { get; init; }

    /// <summary>The JSON member that names a message's event; null for none.</summary>
    public string? EventName { get; init; }

    /// <summary>Read a last `{"error":Status}` before an error close as the status.</summary>
    public bool ErrorMessage { get; init; } = true;

    /// <summary>Names of statuses by close code.</summary>
    public IReadOnlyDictionary<string, string> CloseCodes { get; init; } = new Dictionary<string, string>();

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Streams that ask for the same share one socket; null when each has its own.</summary>
    public FanoutSettings? Fanout { get; init; }
}

/// <summary>A message of the server that is answered here: by its whole text, or by one member of its JSON.</summary>
/// <param name="Reply">What is sent back.</param>
/// <param name="Text">The whole message; null when a member decides.</param>
/// <param name="Member">Dotted path of the member.</param>
/// <param name="Value">The member's value.</param>
public sealed record AutoReplySettings(string Reply, string? Text, string? Member, string? Value);

/// <summary>Bounds of one call that many clients share.</summary>
public sealed record FanoutSettings
{
    /// <summary>Most messages that wait for one client, and that are held for one that comes back.</summary>
    public int Messages { get; init; } = 256;

    /// <summary>Most bytes that wait for one client, and that are held for one that comes back.</summary>
    public int Bytes { get; init; } = 1024 * 1024;

    /// <summary>How long the call goes on when nobody listens.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.Zero;
}
