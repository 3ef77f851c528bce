using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Transcoders.Calls;

namespace Gateway.Telemetry;

/// <summary>The gateway's own meter and spans: one set of names for all pairs of protocols.</summary>
/// <remarks>Counters are sums that are read when somebody collects: a call pays for additions, not for instruments.</remarks>
public sealed class CallTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Gateway";

    private static readonly double[] DurationBuckets =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    // Keyed by names of the configuration alone. A reload makes new labels, and counting goes on under the old sums.
    private readonly ConcurrentDictionary<(object?, object?, object?), CallCounts> _counts = new();
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;

    public CallTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(Name);
        _meter.CreateObservableUpDownCounter("gateway.active_calls", Active, "{call}", "Calls in flight.");
        _meter.CreateObservableCounter("gateway.calls", Ended, "{call}", "Calls that have ended, by status.");
        _meter.CreateObservableCounter(
            "gateway.stream.messages", () => Flow(static c => c.RequestMessages, static c => c.ResponseMessages), "{message}", "Messages carried, by direction.");
        _meter.CreateObservableCounter(
            "gateway.stream.bytes", () => Flow(static c => c.RequestBytes, static c => c.ResponseBytes), "By", "Payload bytes carried, by direction.");
        _duration = _meter.CreateHistogram(
            "gateway.call.duration", "s", "Time from the call's head to its end.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });
        Source = new ActivitySource(Name);
    }

    /// <summary>Spans of the hub: `transcode` around a call, and the backend's client span inside it.</summary>
    public ActivitySource Source { get; }

    public void Dispose()
    {
        Source.Dispose();
        _meter.Dispose();
    }

    /// <summary>Counts a call in. The labels are the route's own and are reused.</summary>
    public void Begin(CallLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        CountsOf(labels).Begin();
    }

    /// <summary>Takes a call back that was counted in: it did not end, but begins again.</summary>
    public void Withdraw(CallLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        CountsOf(labels).Withdraw();
    }

    /// <summary>Counts a call that was refused before it began.</summary>
    public void Refuse(CallLabels labels, StatusCode code, TimeSpan elapsed)
    {
        Begin(labels);
        End(labels, code, elapsed, null);
    }

    /// <summary>Counts a call out, with what it carried; <paramref name="tally"/> is null for forwarded calls, whose messages nobody cut.</summary>
    public void End(CallLabels labels, StatusCode code, TimeSpan elapsed, CallTally? tally)
    {
        ArgumentNullException.ThrowIfNull(labels);
        CountsOf(labels).End(code, tally);
        _duration.Record(elapsed.TotalSeconds, labels.With(code));
    }

    private CallCounts CountsOf(CallLabels labels) =>
        labels.Counts ??= _counts.GetOrAdd(
            (labels.Route.Value, labels.Edge.Value, labels.Backend.Value), static (_, own) => new CallCounts(own), labels);

    private List<Measurement<long>> Active()
    {
        var measurements = new List<Measurement<long>>();
        foreach (var counts in _counts.Values)
        {
            measurements.Add(new(counts.Active, counts.Labels.Common));
        }

        return measurements;
    }

    private List<Measurement<long>> Ended()
    {
        var measurements = new List<Measurement<long>>();
        foreach (var counts in _counts.Values)
        {
            for (var code = 0; code < StatusCodeNames.Count; code++)
            {
                if (counts.Ended((StatusCode)code) is > 0 and var ended)
                {
                    measurements.Add(new(ended, counts.Labels.With((StatusCode)code)));
                }
            }
        }

        return measurements;
    }

    private List<Measurement<long>> Flow(Func<CallCounts, long> requests, Func<CallCounts, long> responses)
    {
        var measurements = new List<Measurement<long>>();
        foreach (var counts in _counts.Values)
        {
            measurements.Add(new(requests(counts), counts.Labels.Requests));
            measurements.Add(new(responses(counts), counts.Labels.Responses));
        }

        return measurements;
    }
}
