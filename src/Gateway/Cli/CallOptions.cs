namespace Gateway.Cli;

/// <summary>What the command line of `gateway call` says.</summary>
internal sealed record CallOptions
{
    public required string File { get; init; }

    /// <summary>A route's id, `pkg.Service/Method`, or `GET /path`.</summary>
    public required string Target { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Taken instead of stdin; null to read stdin.</summary>
    public string? Data { get; init; }

    /// <summary>The call's deadline; null for the route's alone.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the backend may go on after the end of stdin, which is then a good end; null to wait for it.</summary>
    public TimeSpan? Linger { get; init; }

    public bool IsVerbose { get; init; }

    /// <summary>Bytes in and out as they are.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Each message of the answer with its id and event name.</summary>
    public bool IsWrapped { get; init; }
}
