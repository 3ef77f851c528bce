namespace Gateway.Configuration;

/// <summary>Choices in calling servers that speak HTTP.</summary>
public sealed record HttpClusterSettings
{
    /// <summary>The servers answer while they are asked, over HTTP/2.</summary>
    public bool Duplex { get; init; }

    /// <summary>Whether the lines of a stream come in `{"result":…}` and `{"error":…}`: `auto` (unless the answer has such a field), `result` (always), `bare` (never).</summary>
    public string StreamEnvelope { get; init; } = "auto";

    /// <summary>Tell the servers the time left, as `x-request-timeout-ms`.</summary>
    public bool TimeoutHeader { get; init; }

    /// <summary>A resource that is read again and again for clients that follow a stream; null when it is read once.</summary>
    public PollSettings? Poll { get; init; }
}

/// <summary>How often a resource is read for clients that follow it.</summary>
public sealed record PollSettings
{
    /// <summary>The wait between an answer and the next request.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many failures in a row, 5xx or of the connection, end the stream.</summary>
    public int MaxErrors { get; init; } = 3;

    /// <summary>An answer like the one before it is no message.</summary>
    public bool ChangedOnly { get; init; } = true;
}
