using System.Diagnostics;
using System.Diagnostics.Metrics;
using Transcoders.Calls;

namespace Gateway.Telemetry;

/// <summary>The gateway's own meter and spans: one set of names for all pairs of protocols.</summary>
public sealed class CallTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Gateway";

    private static readonly double[] DurationBuckets =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly Meter _meter;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;

    public CallTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(Name);
        _active = _meter.CreateUpDownCounter<long>("gateway.active_calls", "{call}", "Calls in flight.");
        _calls = _meter.CreateCounter<long>("gateway.calls", "{call}", "Calls that have ended, by status.");
        _duration = _meter.CreateHistogram(
            "gateway.call.duration", "s", "Time from the call's head to its end.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });
        _messages = _meter.CreateCounter<long>("gateway.stream.messages", "{message}", "Messages carried, by direction.");
        _bytes = _meter.CreateCounter<long>("gateway.stream.bytes", "By", "Payload bytes carried, by direction.");
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
        _active.Add(1, labels.Edge, labels.Backend, labels.Route);
    }

    /// <summary>Counts a call out, with what it carried; <paramref name="tally"/> is null for forwarded calls, whose messages nobody cut.</summary>
    public void End(CallLabels labels, StatusCode code, TimeSpan elapsed, CallTally? tally)
    {
        ArgumentNullException.ThrowIfNull(labels);
        _active.Add(-1, labels.Edge, labels.Backend, labels.Route);
        var tags = labels.With(code);
        _calls.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
        if (tally is null)
        {
            return;
        }

        if (tally.RequestMessages > 0)
        {
            _messages.Add(tally.RequestMessages, labels.Requests);
            _bytes.Add(tally.RequestBytes, labels.Requests);
        }

        if (tally.ResponseMessages > 0)
        {
            _messages.Add(tally.ResponseMessages, labels.Responses);
            _bytes.Add(tally.ResponseBytes, labels.Responses);
        }
    }
}
