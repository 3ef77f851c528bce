using Samples.Library.V1;

namespace Samples.Library;

/// <summary>Counts what happens to the calls of Behaviours, by key, and lets an observer wait for it.</summary>
public sealed class CallLedger
{
    /// <summary>Keys kept; the one used longest ago goes first.</summary>
    public const int MaxKeys = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StateReply> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A copy of what was counted under the key; all zero for one never seen.</summary>
    public StateReply State(string key)
    {
        lock (_gate)
        {
            return Find(key).Clone();
        }
    }

    /// <summary>Waits until what was counted under the key fulfils the condition.</summary>
    public async Task<StateReply> WaitAsync(string key, Func<Counters, bool> until, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var state = Find(key);
                if (until(state.Counters))
                {
                    return state.Clone();
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    internal void Change(string key, Action<StateReply> change)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            change(Find(key));
            waiting = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    private StateReply Find(string key)
    {
        if (_byKey.TryGetValue(key, out var found))
        {
            return found;
        }

        if (_byKey.Count >= MaxKeys)
        {
            _byKey.Remove(_order.Dequeue());
        }

        found = new StateReply { Counters = new Counters() };
        _byKey.Add(key, found);
        _order.Enqueue(key);
        return found;
    }
}
