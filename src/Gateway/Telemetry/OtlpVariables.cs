using OpenTelemetry.Exporter;

namespace Gateway.Telemetry;

/// <summary>A signal of OpenTelemetry, as its variables spell it.</summary>
internal enum OtlpSignal
{
    Traces,
    Metrics,
    Logs,
}

/// <summary>What the standard variables ask of telemetry. Source: OpenTelemetry specification, "SDK environment variables" and "OTLP exporter".</summary>
internal sealed class OtlpVariables(IReadOnlyDictionary<string, string> environment)
{
    /// <summary>`OTEL_SDK_DISABLED=true`: no signal of any kind.</summary>
    public bool IsDisabled => string.Equals(Get("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a signal goes to a collector: an endpoint is named for it, or its exporter is, and neither is taken back by `none`.</summary>
    public bool Asks(OtlpSignal signal)
    {
        if (IsDisabled)
        {
            return false;
        }

        return Get($"OTEL_{Name(signal)}_EXPORTER") switch
        {
            "otlp" => true,
            null => Get("OTEL_EXPORTER_OTLP_ENDPOINT") is not null || SignalEndpoint(signal) is not null,
            _ => false,
        };
    }

    /// <summary>The endpoint the signal has for itself, used as it is; null when the general one holds.</summary>
    public Uri? SignalEndpoint(OtlpSignal signal) =>
        Uri.TryCreate(Get($"OTEL_EXPORTER_OTLP_{Name(signal)}_ENDPOINT"), UriKind.Absolute, out var endpoint) ? endpoint : null;

    /// <summary>An `OTEL_EXPORTER_OTLP_…` variable, the signal's own before the general one; null when neither is set.</summary>
    public string? Exporter(OtlpSignal signal, string name) =>
        Get($"OTEL_EXPORTER_OTLP_{Name(signal)}_{name}") ?? Get($"OTEL_EXPORTER_OTLP_{name}");

    /// <summary>A variable; null when it is not set or empty, which the specification counts as the same.</summary>
    public string? Get(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Sets what the signal has for itself; the library reads the general variables.</summary>
    public void Apply(OtlpExporterOptions options, OtlpSignal signal)
    {
        if (Exporter(signal, "PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (SignalEndpoint(signal) is { } endpoint)
        {
            options.Endpoint = endpoint;
        }

        if (Exporter(signal, "HEADERS") is { } headers)
        {
            options.Headers = headers;
        }

        if (int.TryParse(Exporter(signal, "TIMEOUT"), out var milliseconds) && milliseconds > 0)
        {
            options.TimeoutMilliseconds = milliseconds;
        }
    }

    /// <summary>The OTEL variables alone, for libraries that read them from a configuration.</summary>
    public IEnumerable<KeyValuePair<string, string?>> All()
    {
        foreach (var (name, value) in environment)
        {
            if (name.StartsWith("OTEL_", StringComparison.Ordinal))
            {
                yield return new(name, value);
            }
        }
    }

    private static string Name(OtlpSignal signal) => signal switch
    {
        OtlpSignal.Traces => "TRACES",
        OtlpSignal.Metrics => "METRICS",
        _ => "LOGS",
    };
}
