using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry;

/// <summary>Hands the metrics of the process to whoever scrapes, as Prometheus text.</summary>
/// <remarks>Collecting runs once at a time: a scrape that comes while another runs shares its answer.</remarks>
[ExportModes(ExportModes.Pull)]
public sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>The media type of what <see cref="ScrapeAsync"/> returns.</summary>
    public const string ContentType = PrometheusWriter.ContentType;

    private const int CollectTimeoutMilliseconds = 5_000;

    private readonly Lock _gate = new();
    private readonly PrometheusWriter _writer = new();
    private readonly string _version;
    private Task<ReadOnlyMemory<byte>>? _running;

    /// <param name="version">The gateway's version, for `gateway_build_info`.</param>
    public PrometheusExporter(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        _version = version;
    }

    /// <summary>Set by the reader this exporter is given to; null while telemetry is switched off.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Collects every metric and writes it. The bytes belong to the caller.</summary>
    /// <exception cref="TimeoutException">An observable instrument did not answer in time.</exception>
    public Task<ReadOnlyMemory<byte>> ScrapeAsync()
    {
        lock (_gate)
        {
            if (_running is not { IsCompleted: false })
            {
                _running = Task.Run(Scrape);
            }

            return _running;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        // Two meters may have an instrument of the same name: a family's lines must stand together.
        var families = new Dictionary<string, Family>(StringComparer.Ordinal);
        var order = new List<Family>();
        foreach (var metric in batch)
        {
            var type = TypeOf(metric.MetricType);
            var name = PrometheusName.OfMetric(metric.Name, metric.Unit, type == "counter", type == "gauge");
            if (!families.TryGetValue(name, out var family))
            {
                family = new Family(name, type, metric.Description);
                families.Add(name, family);
                order.Add(family);
            }

            // A name has one type; what contradicts it would make the whole scrape unreadable.
            if (family.Type == type)
            {
                family.Metrics.Add(metric);
            }
        }

        foreach (var family in order)
        {
            _writer.Family(family.Name, family.Type, family.Help);
            foreach (var metric in family.Metrics)
            {
                Write(family.Name, metric);
            }
        }

        return ExportResult.Success;
    }

    private ReadOnlyMemory<byte> Scrape()
    {
        _writer.Clear();
        WriteBuild();
        if (Collect is { } collect && !collect(CollectTimeoutMilliseconds))
        {
            throw new TimeoutException($"The metrics were not collected within {CollectTimeoutMilliseconds} ms.");
        }

        return _writer.Written.ToArray();
    }

    private void WriteBuild()
    {
        var labels = new StringBuilder();
        PrometheusWriter.Append(labels, "version", _version);
        _writer.Family("gateway_build_info", "gauge", "The running build; always 1.");
        _writer.Series("gateway_build_info", "", labels.ToString());
        _writer.Value(1);
    }

    private void Write(string name, Metric metric)
    {
        var labels = new StringBuilder();
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            labels.Clear();
            foreach (var (key, value) in point.Tags)
            {
                PrometheusWriter.Append(labels, key, value);
            }

            WritePoint(name, labels.ToString(), metric.MetricType, point);
        }
    }

    private void WritePoint(string name, string labels, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                _writer.Series(name, "", labels);
                _writer.Value(point.GetSumLong());
                break;
            case MetricType.LongGauge:
                _writer.Series(name, "", labels);
                _writer.Value(point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                _writer.Series(name, "", labels);
                _writer.Value(point.GetSumDouble());
                break;
            case MetricType.DoubleGauge:
                _writer.Series(name, "", labels);
                _writer.Value(point.GetGaugeLastValueDouble());
                break;
            default:
                WriteHistogram(name, labels, point, hasBuckets: type == MetricType.Histogram);
                break;
        }
    }

    private void WriteHistogram(string name, string labels, in MetricPoint point, bool hasBuckets)
    {
        var count = point.GetHistogramCount();
        var wroteInfinity = false;
        if (hasBuckets)
        {
            // OpenTelemetry counts each bucket by itself, Prometheus all up to its bound.
            var cumulative = 0L;
            foreach (var bucket in point.GetHistogramBuckets())
            {
                cumulative += bucket.BucketCount;
                wroteInfinity |= double.IsPositiveInfinity(bucket.ExplicitBound);
                _writer.Series(name, "_bucket", labels, bucket.ExplicitBound);
                _writer.Value(cumulative);
            }
        }

        if (!wroteInfinity)
        {
            _writer.Series(name, "_bucket", labels, double.PositiveInfinity);
            _writer.Value(count);
        }

        _writer.Series(name, "_sum", labels);
        _writer.Value(point.GetHistogramSum());
        _writer.Series(name, "_count", labels);
        _writer.Value(count);
    }

    private static string TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
        _ => "gauge",
    };

    private sealed record Family(string Name, string Type, string Help)
    {
        public List<Metric> Metrics { get; } = [];
    }
}
