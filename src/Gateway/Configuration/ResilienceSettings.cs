using Transcoders.Calls;

namespace Gateway.Configuration;

/// <summary>A cluster's `Resilience`, as declared in the file. The same for every edge and every protocol behind it.</summary>
public sealed record ResilienceSettings
{
    /// <summary>Longest one attempt may take until its answer begins; null when only the call's deadline holds.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Null when a call has one attempt.</summary>
    public RetrySettings? Retry { get; init; }

    /// <summary>Null when calls are never refused for the failures of others.</summary>
    public CircuitSettings? CircuitBreaker { get; init; }
}

/// <summary>When a call that failed is tried again.</summary>
public sealed record RetrySettings
{
    /// <summary>Most attempts, the first included; at least two.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Wait before the second attempt; doubled for each further one.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Wait a random time between half and the whole of the backoff.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>A server's answers that are worth another attempt.</summary>
    public IReadOnlyList<StatusCode> Statuses { get; init; } = [StatusCode.Unavailable];

    /// <summary>Bytes of a request that are kept for another attempt.</summary>
    public int BodyLimit { get; init; } = 1024 * 1024;

    /// <summary>Also repeat what is not known to be idempotent.</summary>
    public bool AllMethods { get; init; }
}

/// <summary>When a cluster's calls are refused because most of them fail.</summary>
public sealed record CircuitSettings
{
    public double FailureRatio { get; init; } = 0.5;

    public int MinimumThroughput { get; init; } = 20;

    public TimeSpan SamplingDuration { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A server's answers that count as failed.</summary>
    public IReadOnlyList<StatusCode> Statuses { get; init; } = [StatusCode.Unavailable];
}
