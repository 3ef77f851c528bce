using System.Diagnostics;

namespace Gateway.Forwarding;

/// <summary>Writes the trace context that a backend hears of: that of the gateway's own span around the request.</summary>
/// <remarks>
/// Where there is an activity, HttpClient starts another for the request. Nobody listens to those, so that they are never
/// exported: a backend that named one as its parent would hang in the air. Where somebody does listen, theirs is written.
/// </remarks>
internal sealed class SpanPropagator(DistributedContextPropagator inner) : DistributedContextPropagator
{
    private const string Unlistened = "System.Net.Http.HttpRequestOut";

    public override IReadOnlyCollection<string> Fields => inner.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => inner.Inject(Exported(activity), carrier, setter);

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        inner.ExtractBaggage(carrier, getter);

    /// <summary>An activity that no source made, because no source is listened to, stands for its parent.</summary>
    private static Activity? Exported(Activity? activity) =>
        activity is { OperationName: Unlistened, Source.Name: "", Parent: { } parent } ? parent : activity;
}
