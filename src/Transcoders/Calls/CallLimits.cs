namespace Transcoders.Calls;

/// <summary>The named bounds of a call. Whatever grows has one; over it the caller gets RESOURCE_EXHAUSTED, and nothing is truncated.</summary>
public sealed record CallLimits
{
    public static readonly CallLimits Default = new();

    /// <summary>Largest message in either direction, in bytes, before and after conversion. gRPC's customary 4 MiB.</summary>
    public int MessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Deepest nesting of a payload, in levels.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Most calls that run at once on one multiplexed socket.</summary>
    public int CallsPerSocket { get; init; } = 64;

    /// <summary>Bytes written to a peer but not yet flushed before the writer waits.</summary>
    public int UnflushedBytes { get; init; } = 32 * 1024;
}
