using Gateway.Configuration;

namespace Gateway.Admin;

/// <summary>Which configuration is in force and what became of the newest file. Set and read from any thread.</summary>
public sealed class ReloadState(TimeProvider clock)
{
    private volatile State _state = new(null, null, null, []);

    /// <summary>The state at one moment, whole.</summary>
    internal State Now => _state;

    /// <summary><paramref name="config"/> is in force. What was rejected before it no longer matters.</summary>
    public void Applied(GatewayConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _state = new(config, clock.GetUtcNow(), null, []);
    }

    /// <summary>A newer file was refused; the configuration in force stays.</summary>
    public void Rejected(IReadOnlyList<ConfigProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        _state = _state with { RejectedAt = clock.GetUtcNow(), Problems = problems };
    }

    /// <param name="Config">In force; null before the first.</param>
    /// <param name="AppliedAt">When it was applied.</param>
    /// <param name="RejectedAt">When the newest file was refused; null when it is in force.</param>
    /// <param name="Problems">Why it was refused.</param>
    internal sealed record State(GatewayConfig? Config, DateTimeOffset? AppliedAt, DateTimeOffset? RejectedAt, IReadOnlyList<ConfigProblem> Problems);
}
