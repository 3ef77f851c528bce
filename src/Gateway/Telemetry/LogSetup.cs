using Gateway.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Sinks.OpenTelemetry;

namespace Gateway.Telemetry;

/// <summary>Makes the log: set up in code, because Serilog's configuration package needs reflection.</summary>
/// <remarks>
/// Payloads and header values are never logged. Whether ASP.NET's `Hosting.Diagnostics` is enabled decides more than lines of
/// log: it makes ASP.NET start an activity for each request, which costs a microsecond that is spent only where somebody collects.
/// </remarks>
public static class LogSetup
{
    private const string TraceContextCategory = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Makes a logger; the caller disposes it, last, and so flushes it.</summary>
    /// <param name="config">Its `Serilog` and `Logging` sections set levels and format; null for the defaults.</param>
    /// <param name="toStandardError">True where standard output belongs to a protocol.</param>
    /// <param name="environment">The variables of the process; they decide whether the log also goes to a collector.</param>
    /// <param name="isQuiet">True to keep what is not at least a warning off the console.</param>
    public static Logger CreateLogger(GatewayConfig? config, bool toStandardError, IReadOnlyDictionary<string, string> environment, bool isQuiet = false)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var settings = LogSettings.Read(config?.Tree);
        var logger = Configure(settings, environment)
            .WriteTo.Console(Formatter(settings.Format), isQuiet ? LogEventLevel.Warning : LevelAlias.Minimum, standardErrorFromLevel: toStandardError ? LevelAlias.Minimum : null)
            .CreateLogger();
        foreach (var problem in settings.Problems)
        {
            logger.Warning("LogSettingIgnored: {Problem}", problem.ToString());
        }

        return logger;
    }

    /// <summary>Gives the application <paramref name="logger"/> in place of every other provider. Disposing it stays with who made it.</summary>
    public static void AddGatewayLogging(this WebApplicationBuilder builder, Logger logger)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(logger, dispose: false);
    }

    /// <summary>What is wrong in the sections the log is set up from. Nothing here stops the gateway: a bad value leaves its default.</summary>
    public static IReadOnlyList<ConfigProblem> Check(GatewayConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return LogSettings.Read(config.Tree).Problems;
    }

    /// <summary>Levels, enrichment and the collector; the console is added by the caller.</summary>
    internal static LoggerConfiguration Configure(LogSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        var logging = new LoggerConfiguration()
            .MinimumLevel.Is(settings.Level)
            .Enrich.FromLogContext()
            .Enrich.With(new LogValueLimit());
        var traceContextLevel = settings.Level;
        var longest = -1;
        foreach (var (category, level) in settings.Overrides)
        {
            logging.MinimumLevel.Override(category, level);
            if (category.Length > longest && Covers(category))
            {
                longest = category.Length;
                traceContextLevel = level;
            }
        }

        // 1. Somebody collects traces or logs: ASP.NET starts an activity for each request as long as this category is enabled at all.
        // 2. Nobody does: none is started, which costs nothing, and a client's trace context crosses as the headers it came in.
        var variables = new OtlpVariables(environment);
        if (traceContextLevel > LogEventLevel.Information)
        {
            var wanted = variables.Asks(OtlpSignal.Traces) || variables.Asks(OtlpSignal.Logs);
            logging.MinimumLevel.Override(TraceContextCategory, wanted ? LogEventLevel.Fatal : LevelAlias.Off);
        }

        if (variables.Asks(OtlpSignal.Logs))
        {
            logging.WriteTo.OpenTelemetry(options => Apply(options, variables), name => Variable(variables, name));
        }

        return logging;
    }

    internal static ITextFormatter Formatter(LogFormat format) => format switch
    {
        LogFormat.Json => new RenderedCompactJsonFormatter(),
        _ => new LogTextFormatter(),
    };

    private static bool Covers(string category) =>
        TraceContextCategory.StartsWith(category, StringComparison.Ordinal)
        && (category.Length == TraceContextCategory.Length || TraceContextCategory[category.Length] == '.');

    private static void Apply(BatchedOpenTelemetrySinkOptions options, OtlpVariables variables)
    {
        options.ResourceAttributes = new Dictionary<string, object>
        {
            ["service.name"] = TelemetrySetup.ServiceName,
            ["service.version"] = TelemetrySetup.Version,
        };
        if (variables.SignalEndpoint(OtlpSignal.Logs) is { } endpoint)
        {
            options.LogsEndpoint = endpoint.ToString();
        }
    }

    /// <summary>The sink knows the general variables only: it is told the log's own where there are.</summary>
    private static string? Variable(OtlpVariables variables, string name) => name switch
    {
        // With an endpoint of its own the log must not go to the general one as well.
        "OTEL_EXPORTER_OTLP_ENDPOINT" when variables.SignalEndpoint(OtlpSignal.Logs) is not null => null,
        "OTEL_EXPORTER_OTLP_PROTOCOL" => variables.Exporter(OtlpSignal.Logs, "PROTOCOL"),
        "OTEL_EXPORTER_OTLP_HEADERS" => variables.Exporter(OtlpSignal.Logs, "HEADERS"),
        _ => variables.Get(name),
    };
}
