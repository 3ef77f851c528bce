using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Gateway.Telemetry;
using Gateway.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Transcoders.Calls;

namespace Gateway.Tests.Telemetry;

[Collection(TelemetryHostCollection.Name)]
public sealed class TelemetrySetupTests
{
    [Fact]
    public async Task WithoutVariables_NobodyListensForSpans()
    {
        await using var host = await TelemetryHost.StartAsync();

        Assert.Null(host.App.Services.GetService<TracerProvider>());
        Assert.False(host.Get<CallTelemetry>().Source.HasListeners());
    }

    [Fact]
    public async Task WithoutACollector_NoActivityIsStarted()
    {
        await using var host = await TelemetryHost.StartAsync(
            config: ConfigText.Good("{}"),
            configure: app => app.Run(context => context.Response.WriteAsync(Activity.Current?.Id ?? "no activity")));
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        Assert.Equal("no activity", await client.GetStringAsync(host.Url));
    }

    [Fact]
    public async Task WhereLogsAreCollected_TheClientsTraceIsTheCurrentOne()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var host = await TelemetryHost.StartAsync(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] = receiver.Url, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            config: ConfigText.Good("{}"),
            configure: app => app.Run(context => context.Response.WriteAsync(Activity.Current?.Id ?? "no activity")));
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", await client.GetStringAsync(host.Url));
    }

    [Fact]
    public async Task WithAnEndpoint_SpansMetricsAndLogsArriveThere()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "edge-of-town",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=proving-ground",
        };
        await using var host = await TelemetryHost.StartAsync(environment);
        var telemetry = host.Get<CallTelemetry>();

        using (var span = telemetry.Source.StartActivity("library.v1.Library/GetBook"))
        {
            Assert.NotNull(span);
        }

        telemetry.Begin(Labels);
        telemetry.End(Labels, Transcoders.Calls.StatusCode.Ok, TimeSpan.FromMilliseconds(5), new CallTally());
        host.Log.Information("SomethingHappened: {What}", "a thing");
        Assert.True(host.Get<TracerProvider>().ForceFlush());

        // Its result says nothing: the reader that is scraped refuses to be flushed.
        host.Get<MeterProvider>().ForceFlush();
        await host.Log.DisposeAsync();

        var spans = await receiver.BodyAsync("/v1/traces", "library.v1.Library/GetBook");
        Assert.Contains("edge-of-town", spans);
        Assert.Contains("proving-ground", spans);
        await receiver.BodyAsync("/v1/metrics", "gateway.call.duration");
        var logs = await receiver.BodyAsync("/v1/logs", "SomethingHappened");
        Assert.Contains("edge-of-town", logs);
    }

    [Fact]
    public async Task WithAnEndpointForTracesAlone_NothingElseIsSent()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = receiver.Url + "/collect/spans",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
        };
        await using (var host = await TelemetryHost.StartAsync(environment))
        {
            host.Get<CallTelemetry>().Source.StartActivity("one")?.Dispose();
            host.Log.Information("Unsent");
            host.Get<TracerProvider>().ForceFlush();
            host.Get<MeterProvider>().ForceFlush();
        }

        await receiver.BodyAsync("/collect/spans", "one");
        Assert.All(receiver.Paths, path => Assert.Equal("/collect/spans", path));
    }

    [Fact]
    public async Task TheSamplerVariable_DecidesBeforeASpanIsMade()
    {
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRICS_EXPORTER"] = "none",
            ["OTEL_LOGS_EXPORTER"] = "none",
            ["OTEL_TRACES_SAMPLER"] = "always_off",
        };
        await using var host = await TelemetryHost.StartAsync(environment);

        using var span = host.Get<CallTelemetry>().Source.StartActivity("unsampled");

        Assert.NotEqual(true, span?.Recorded);
    }

    [Fact]
    public async Task Disabled_OnlyTheBuildIsScraped()
    {
        await using var host = await TelemetryHost.StartAsync(new Dictionary<string, string> { ["OTEL_SDK_DISABLED"] = "true" });

        var text = Encoding.UTF8.GetString((await host.Get<PrometheusExporter>().ScrapeAsync()).Span);

        Assert.Null(host.App.Services.GetService<MeterProvider>());
        Assert.Equal(3, text.AsSpan().Count('\n'));
    }

    [Fact]
    public async Task SeriesBeyondTheLimit_AreSummedInOne()
    {
        await using var host = await TelemetryHost.StartAsync();
        var counter = host.Get<IMeterFactory>().Create(CallTelemetry.Name).CreateCounter<long>("gateway.test.many");
        for (var i = 0; i < TelemetryLimits.SeriesPerGatewayMetric + 7; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", i));
        }

        var text = Encoding.UTF8.GetString((await host.Get<PrometheusExporter>().ScrapeAsync()).Span);

        var series = text.Split('\n').Count(line => line.StartsWith("gateway_test_many_total{", StringComparison.Ordinal));
        Assert.InRange(series, 2, TelemetryLimits.SeriesPerGatewayMetric + 1);
        Assert.Contains("gateway_test_many_total{otel_metric_overflow=\"true\"}", text);
    }

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_SDK_DISABLED=TRUE", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_METRICS_EXPORTER=none", true, false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://c:4317", false, false, true)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", true, false, false)]
    public void WhichSignalsAreExported_TheVariablesSay(string variables, bool traces, bool metrics, bool logs)
    {
        var otlp = new OtlpVariables(variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]));

        Assert.Equal((traces, metrics, logs), (otlp.Asks(OtlpSignal.Traces), otlp.Asks(OtlpSignal.Metrics), otlp.Asks(OtlpSignal.Logs)));
    }

    private static CallLabels Labels { get; } = new("library", "http", "grpc");
}
