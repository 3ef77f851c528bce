using System.Collections.Concurrent;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>What a rig saw, by key; whoever waits is woken by every change.</summary>
internal sealed class SeenLedger
{
    private readonly ConcurrentDictionary<string, Seen> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Seen Now(string key) => _entries.GetValueOrDefault(key, Seen.Nothing);

    public async Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var now = Now(key);
                if (until(now))
                {
                    return now;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Change(string key, Func<Seen, Seen> change)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            _entries[key] = change(Now(key));
            waiting = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }
}
