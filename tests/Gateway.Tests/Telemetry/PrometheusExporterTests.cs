using System.Diagnostics.Metrics;
using System.Text;
using Gateway.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Tests.Telemetry;

public sealed class PrometheusExporterTests
{
    [Fact]
    public async Task EachKindOfInstrument_IsWrittenAsThePrometheusTextFormatSays()
    {
        using var meter = new Meter("golden");
        using var exporter = new PrometheusExporter("1.2.3");
        using var provider = Provider(exporter, meter.Name);
        meter.CreateCounter<long>("golden.calls", "{call}", "Calls\nthat \\ ended.").Add(3, new KeyValuePair<string, object?>("gateway.route", "a\"b\\c\nd"));
        meter.CreateCounter<double>("golden.cpu.time", "s").Add(0.25);
        meter.CreateUpDownCounter<long>("golden.active", "{call}").Add(-2);
        meter.CreateGauge<double>("golden.odd", "1").Record(double.NaN);
        meter.CreateObservableGauge("golden.memory", () => 12L, "By", "In use.");
        var duration = meter.CreateHistogram(
            "golden.duration", "s", "How long.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 1, 10] });
        duration.Record(0.001, new KeyValuePair<string, object?>("ok", true));
        duration.Record(0.5, new KeyValuePair<string, object?>("ok", true));
        duration.Record(20, new KeyValuePair<string, object?>("ok", true));

        var text = await ScrapeAsync(exporter);

        Assert.Equal(
            """
            # HELP gateway_build_info The running build; always 1.
            # TYPE gateway_build_info gauge
            gateway_build_info{version="1.2.3"} 1
            # HELP golden_calls_total Calls\nthat \\ ended.
            # TYPE golden_calls_total counter
            golden_calls_total{gateway_route="a\"b\\c\nd"} 3
            # TYPE golden_cpu_time_seconds_total counter
            golden_cpu_time_seconds_total 0.25
            # TYPE golden_active gauge
            golden_active -2
            # TYPE golden_odd_ratio gauge
            golden_odd_ratio NaN
            # HELP golden_memory_bytes In use.
            # TYPE golden_memory_bytes gauge
            golden_memory_bytes 12
            # HELP golden_duration_seconds How long.
            # TYPE golden_duration_seconds histogram
            golden_duration_seconds_bucket{ok="true",le="0.005"} 1
            golden_duration_seconds_bucket{ok="true",le="1"} 2
            golden_duration_seconds_bucket{ok="true",le="10"} 2
            golden_duration_seconds_bucket{ok="true",le="+Inf"} 3
            golden_duration_seconds_sum{ok="true"} 20.501
            golden_duration_seconds_count{ok="true"} 3

            """.ReplaceLineEndings("\n"),
            text);
    }

    [Fact]
    public async Task TwoMetersWithOneName_ShareOneFamily()
    {
        using var first = new Meter("family.a");
        using var second = new Meter("family.b");
        using var between = new Meter("family.c");
        using var exporter = new PrometheusExporter("1");
        using var provider = Provider(exporter, first.Name, second.Name, between.Name);
        first.CreateCounter<long>("family.calls").Add(1, new KeyValuePair<string, object?>("from", "a"));
        between.CreateCounter<long>("family.other").Add(1);
        second.CreateCounter<long>("family.calls").Add(2, new KeyValuePair<string, object?>("from", "b"));

        var text = await ScrapeAsync(exporter);

        Assert.Contains("# TYPE family_calls_total counter\nfamily_calls_total{from=\"a\"} 1\nfamily_calls_total{from=\"b\"} 2\n", text);
    }

    [Fact]
    public async Task ScrapesThatOverlap_CollectOnce()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var collections = 0;
        using var meter = new Meter("flight");
        using var exporter = new PrometheusExporter("1");
        using var provider = Provider(exporter, meter.Name);
        meter.CreateObservableGauge("flight.gauge", () =>
        {
            Interlocked.Increment(ref collections);
            entered.Set();
            release.Wait();
            return 1L;
        });

        var first = exporter.ScrapeAsync();
        entered.Wait();
        var second = exporter.ScrapeAsync();
        release.Set();

        Assert.Same(first, second);
        Assert.Contains("flight_gauge 1\n", Encoding.UTF8.GetString((await first).Span));
        Assert.Equal(1, collections);

        await exporter.ScrapeAsync();
        Assert.Equal(2, collections);
    }

    [Fact]
    public async Task WithoutAReader_OnlyTheBuildIsWritten()
    {
        using var exporter = new PrometheusExporter("0.0.1");

        Assert.EndsWith("gateway_build_info{version=\"0.0.1\"} 1\n", await ScrapeAsync(exporter));
    }

    [Theory]
    [InlineData("gateway.stream.bytes", "By", true, false, "gateway_stream_bytes_total")]
    [InlineData("gateway.calls", "{call}", true, false, "gateway_calls_total")]
    [InlineData("requests.total", "", true, false, "requests_total")]
    [InlineData("http.server.request.duration", "s", false, false, "http_server_request_duration_seconds")]
    [InlineData("9lives--of.a  cat", "", false, true, "_9lives_of_a_cat")]
    [InlineData("flow", "By/s", false, true, "flow_bytes_per_second")]
    [InlineData("rate", "{call}/s", false, true, "rate_per_second")]
    [InlineData("load", "1", false, true, "load_ratio")]
    [InlineData("load", "1", true, false, "load_total")]
    [InlineData("share", "%", false, true, "share_percent")]
    public void NamesAndUnits_BecomePrometheusNames(string name, string unit, bool isCounter, bool isGauge, string expected) =>
        Assert.Equal(expected, PrometheusName.OfMetric(name, unit, isCounter, isGauge));

    private static MeterProvider Provider(PrometheusExporter exporter, params string[] meters) =>
        Sdk.CreateMeterProviderBuilder().AddMeter(meters).AddReader(new BaseExportingMetricReader(exporter)).Build();

    private static async Task<string> ScrapeAsync(PrometheusExporter exporter) =>
        Encoding.UTF8.GetString((await exporter.ScrapeAsync()).Span);
}
