using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>Puts the gateway's telemetry together: what is measured always, and what is exported when the standard variables ask.</summary>
public static class TelemetrySetup
{
    /// <summary>The service's name unless `OTEL_SERVICE_NAME` says another.</summary>
    public const string ServiceName = "gateway";

    /// <summary>The version of the running build (`0.1.0`).</summary>
    public static string Version { get; } =
        typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>
    /// Adds <see cref="CallTelemetry"/>, <see cref="CallRegistry"/>, <see cref="ConfigTelemetry"/> and <see cref="PrometheusExporter"/>,
    /// and the providers behind them. Without OTLP variables nothing listens for spans.
    /// </summary>
    /// <param name="builder">The proxy's application; the admin port is another and stays unmeasured.</param>
    /// <param name="environment">The variables of the process.</param>
    /// <param name="isScraped">True when somebody may ask for the metrics; false where only a collector would get them.</param>
    public static void AddGatewayTelemetry(this WebApplicationBuilder builder, IReadOnlyDictionary<string, string> environment, bool isScraped = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(environment);

        var services = builder.Services;
        services.AddMetrics();
        services.AddSingleton<CallTelemetry>();
        services.AddSingleton<ResilienceTelemetry>();
        services.AddSingleton<CallRegistry>();
        services.AddSingleton<ConfigTelemetry>();
        var exporter = new PrometheusExporter(Version);
        services.AddSingleton(exporter);

        var variables = new OtlpVariables(environment);
        if (variables.IsDisabled || (!isScraped && !variables.Asks(OtlpSignal.Metrics) && !variables.Asks(OtlpSignal.Traces)))
        {
            return;
        }

        // The library reads samplers, batch sizes and resource attributes from the configuration; ours has the file only.
        builder.Configuration.AddInMemoryCollection(variables.All());
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource
                .AddService(ServiceName, serviceVersion: Version)
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => Measure(metrics, exporter, variables));
        if (variables.Asks(OtlpSignal.Traces))
        {
            telemetry.WithTracing(traces => Trace(traces, variables));
        }
    }

    private static void Measure(MeterProviderBuilder metrics, PrometheusExporter exporter, OtlpVariables variables)
    {
        // The host's per-request metrics repeat our own and cost as much as all of them: only a collector gets them.
        if (variables.Asks(OtlpSignal.Metrics))
        {
            metrics.AddMeter("Microsoft.AspNetCore.Hosting", "System.Net.Http");
        }

        metrics
            .AddMeter(CallTelemetry.Name, "Microsoft.AspNetCore.Server.Kestrel")
            .AddRuntimeInstrumentation()
            .AddView(static instrument => new MetricStreamConfiguration
            {
                CardinalityLimit = instrument.Meter.Name == CallTelemetry.Name
                    ? TelemetryLimits.SeriesPerGatewayMetric
                    : TelemetryLimits.SeriesPerMetric,
            })
            .AddReader(new BaseExportingMetricReader(exporter));
        if (variables.Asks(OtlpSignal.Metrics))
        {
            metrics.AddOtlpExporter(options => variables.Apply(options, OtlpSignal.Metrics));
        }
    }

    private static void Trace(TracerProviderBuilder traces, OtlpVariables variables)
    {
        // System.Net.Http stays unlistened: the hub makes its own client spans, and so the exporter's requests make none.
        traces
            .AddSource(CallTelemetry.Name, "Yarp.ReverseProxy")
            .AddAspNetCoreInstrumentation()
            .AddOtlpExporter(options => variables.Apply(options, OtlpSignal.Traces));
    }
}
