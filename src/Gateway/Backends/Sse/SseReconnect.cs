using Transcoders.Calls;

namespace Gateway.Backends.Sse;

/// <summary>When a stream that ended unannounced is resumed: only with an id to come back with, and only so often in a row.</summary>
internal sealed class SseReconnect
{
    /// <summary>Attempts where the file says nothing and the client follows the stream. Source: PROTOCOLS §10.7 cells 7 and 20.</summary>
    private const int DefaultAttempts = 5;

    /// <summary>Events told twice are known by so many last ids.</summary>
    private const int RememberedIds = 256;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    private readonly int _attempts;
    private readonly TimeSpan _maxDelay;
    private readonly Queue<string>? _order;
    private readonly HashSet<string>? _seen;
    private int _failures;
    private bool _hasResumed;

    public SseReconnect(SseBackend backend, CallHead head, SseRequest request)
    {
        // A stream that began with a body is another stream when it is begun again.
        var mayResume = head.Shape.StreamsResponses() && !request.HasBody;
        var declared = backend.Cluster.Sse.ReconnectAttempts ?? (backend.HasSchema || head.ExpectsOneAnswer ? 0 : DefaultAttempts);
        _attempts = mayResume ? declared : 0;
        _maxDelay = backend.Cluster.Sse.ReconnectMaxDelay;
        if (_attempts > 0)
        {
            _order = new Queue<string>();
            _seen = new HashSet<string>(StringComparer.Ordinal);
        }
    }

    /// <summary>True when the stream may be asked for again with the last id it gave.</summary>
    public bool MayResume(string lastEventId) => _failures < _attempts && lastEventId.Length > 0 && MetadataText.IsValue(lastEventId);

    /// <summary>Counts an attempt; the wait before it: the server's own, doubled at each attempt in a row, a fifth more or less so that clients spread.</summary>
    public TimeSpan NextDelay(TimeSpan? asked)
    {
        _hasResumed = true;
        var delay = (asked ?? FirstDelay) * Math.Pow(2, _failures) * (0.8 + (Random.Shared.NextDouble() * 0.4));
        _failures++;
        return delay < _maxDelay ? delay : _maxDelay;
    }

    /// <summary>False for an event that was told before the stream was resumed; a new one begins the count of attempts anew.</summary>
    public bool IsNew(string? id)
    {
        if (_seen is null)
        {
            return true;
        }

        if (id is null)
        {
            _failures = 0;
            return true;
        }

        if (!_seen.Add(id))
        {
            // The same id twice on one connection is the server's choice.
            return !_hasResumed;
        }

        _failures = 0;
        _order!.Enqueue(id);
        if (_order.Count > RememberedIds)
        {
            _seen.Remove(_order.Dequeue());
        }

        return true;
    }
}
