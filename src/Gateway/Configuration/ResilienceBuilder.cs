using Transcoders.Calls;

namespace Gateway.Configuration;

/// <summary>Makes the records of a cluster's `Resilience`. What is absent keeps the default of its record.</summary>
internal static class ResilienceBuilder
{
    public static ResilienceSettings Build(SettingsReader resilience) => new()
    {
        Timeout = resilience.Duration("Timeout"),
        Retry = resilience.Section("Retry") is { Exists: true } retry ? Retry(retry, new RetrySettings()) : null,
        CircuitBreaker = resilience.Section("CircuitBreaker") is { Exists: true } circuit ? Circuit(circuit, new CircuitSettings()) : null,
    };

    private static RetrySettings Retry(SettingsReader retry, RetrySettings defaults) => new()
    {
        Attempts = retry.Int32("Attempts", defaults.Attempts),
        Backoff = retry.Duration("Backoff", defaults.Backoff),
        MaxBackoff = retry.Duration("MaxBackoff", defaults.MaxBackoff),
        Jitter = retry.Flag("Jitter", defaults.Jitter),
        Statuses = Statuses(retry) ?? defaults.Statuses,
        BodyLimit = retry.Size32("BodyLimit") ?? defaults.BodyLimit,
        AllMethods = retry.Flag("AllMethods", defaults.AllMethods),
    };

    private static CircuitSettings Circuit(SettingsReader circuit, CircuitSettings defaults) => new()
    {
        FailureRatio = circuit.Number("FailureRatio", defaults.FailureRatio),
        MinimumThroughput = circuit.Int32("MinimumThroughput", defaults.MinimumThroughput),
        SamplingDuration = circuit.Duration("SamplingDuration", defaults.SamplingDuration),
        BreakDuration = circuit.Duration("BreakDuration", defaults.BreakDuration),
        Statuses = Statuses(circuit) ?? defaults.Statuses,
    };

    private static List<StatusCode>? Statuses(SettingsReader section)
    {
        if (section.Texts("Statuses") is not { Count: > 0 } names)
        {
            return null;
        }

        var codes = new List<StatusCode>(names.Count);
        for (var number = 1; number < StatusCodeNames.Count; number++)
        {
            if (names.Contains(StatusCodeNames.Name((StatusCode)number), StringComparer.OrdinalIgnoreCase))
            {
                codes.Add((StatusCode)number);
            }
        }

        return codes;
    }
}
