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
}
