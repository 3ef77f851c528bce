using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Sessions;

/// <summary>The streams that are held for clients to come back to. One per process, used from any thread.</summary>
public sealed class ReplayTable(TimeProvider clock) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ReplayStream> _streams = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Lock _counting = new();

    /// <summary>Streams held now, by route: as many entries as there have been routes that hold streams.</summary>
    public IEnumerable<KeyValuePair<string, int>> Counts => _counts;

    /// <summary>A new stream; null when the route holds as many as it may.</summary>
    /// <param name="key">Its name, drawn by chance and long enough not to be guessed.</param>
    /// <param name="routeId">Its route.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="limits">Its bounds.</param>
    public ReplayStream? Open(string key, string routeId, string owner, ReplayLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        lock (_counting)
        {
            var count = _counts.GetValueOrDefault(routeId);
            if (count >= limits.Streams)
            {
                return null;
            }

            _counts[routeId] = count + 1;
        }

        var stream = new ReplayStream(key, routeId, owner, limits, clock, Forget);
        _streams[key] = stream;
        return stream;
    }

    /// <summary>The stream of that name; null when there is none, when it is another route's, or another owner's: those cannot be told apart.</summary>
    public ReplayStream? Find(string key, string routeId, string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return _streams.TryGetValue(key, out var stream) && stream.RouteId == routeId
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(stream.Owner), Encoding.UTF8.GetBytes(owner))
            ? stream
            : null;
    }

    /// <summary>Ends a stream whose client has said that it has everything.</summary>
    public void Release(string key, string routeId, string owner) => Find(key, routeId, owner)?.Close();

    /// <summary>Ends every stream and waits for the calls behind them.</summary>
    public async ValueTask DisposeAsync()
    {
        var calls = new List<Task>();
        foreach (var stream in _streams.Values)
        {
            calls.Add(stream.Writing);
            stream.Close();
        }

        await Task.WhenAll(calls);
    }

    private void Forget(ReplayStream stream)
    {
        if (_streams.TryRemove(stream.Key, out _))
        {
            lock (_counting)
            {
                _counts[stream.RouteId]--;
            }
        }
    }
}
