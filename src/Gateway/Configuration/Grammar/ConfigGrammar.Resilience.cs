namespace Gateway.Configuration;

/// <summary>The keys of a cluster's `Resilience`.</summary>
internal static partial class ConfigGrammar
{
    /// <summary>Shortest span a circuit can be measured over, and stay open for.</summary>
    private static readonly DurationType CircuitSpan = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));

    /// <summary>Statuses that say a call has failed, by name.</summary>
    private static ChoiceType FailureNames { get; } = new(
        "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED");

    private static ObjectType Resilience => new("the resilience of a cluster",
        new("Timeout", DurationType.Positive, "Longest one attempt may take until its answer begins. Absent: only the call's own deadline holds."),
        new("Retry", Retry, "Tries a call that failed again. Absent: never."),
        new("CircuitBreaker", CircuitBreaker, "Refuses calls while most of them fail. Absent: never."),
        new("Hedging", OpenType.Instance, "A second attempt beside a slow first one.") { Later = "use Timeout with Retry" });

    private static ObjectType Retry => new("a retry",
        new("Attempts", new IntegerType(2, 10), "Most attempts at one call, the first included.") { Default = "3" },
        new("Backoff", DurationType.NotNegative, "Wait before the second attempt; it doubles with each further one.") { Default = "\"00:00:00.1\"" },
        new("MaxBackoff", DurationType.NotNegative, "Longest wait. A server that asks for a longer one is not asked again.") { Default = "\"00:00:02\"" },
        new("Jitter", Flag, "Wait between half and the whole of it, so that clients do not come back all at once.") { Default = "true" },
        new("Statuses", new ListType(FailureNames) { NotEmpty = true }, "Answers of a server that are worth another attempt, beside failures of the way to it.") { Default = "[ \"UNAVAILABLE\" ]" },
        new("BodyLimit", new SizeType(1, 64 * 1024 * 1024), "Longest request that is kept for another attempt. A longer one has one attempt.") { Default = "\"1MiB\"" },
        new("AllMethods", Flag, "Also repeat calls that are not known to be idempotent.") { Default = "false" });

    private static ObjectType CircuitBreaker => new("a circuit breaker",
        new("FailureRatio", new NumberType(0.01, 1), "Share of failed calls that opens the circuit.") { Default = "0.5" },
        new("MinimumThroughput", new IntegerType(2, 1_000_000), "Fewer calls than this within SamplingDuration open nothing.") { Default = "20" },
        new("SamplingDuration", CircuitSpan, "The time the share is measured over.") { Default = "\"00:00:30\"" },
        new("BreakDuration", CircuitSpan, "How long calls are refused before one is let through to try.") { Default = "\"00:00:05\"" },
        new("Statuses", new ListType(FailureNames) { NotEmpty = true }, "Answers of a server that count as failed, beside failures of the way to it.") { Default = "[ \"UNAVAILABLE\" ]" });
}
