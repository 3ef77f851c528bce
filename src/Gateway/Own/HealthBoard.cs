using System.Collections.Frozen;

namespace Gateway.Own;

/// <summary>What is known of every service's health right now, over all reloads of a process; tells those who watch that it may have changed.</summary>
/// <remarks>Use from any thread.</remarks>
public sealed class HealthBoard
{
    /// <summary>Most watches at once; more are refused with RESOURCE_EXHAUSTED.</summary>
    public const int MaxWatches = 1000;

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FrozenDictionary<string, ServedService> _services = FrozenDictionary<string, ServedService>.Empty;
    private volatile Func<string, bool> _isAvailable = static _ => false;
    private int _watches;

    /// <summary>Completes at the next change. Take it before looking, and none is missed.</summary>
    public Task NextChange => _change.Task;

    /// <summary>Completes when the gateway begins to stop.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>The services of the configuration in force, by name.</summary>
    internal FrozenDictionary<string, ServedService> Services => _services;

    /// <summary>Takes the services of the configuration in force.</summary>
    public void Publish(OwnServices? own)
    {
        _services = own?.Services ?? FrozenDictionary<string, ServedService>.Empty;
        Signal();
    }

    /// <summary>Says how to learn whether a cluster has a destination that calls may go to.</summary>
    public void Watch(Func<string, bool> isAvailable)
    {
        _isAvailable = isAvailable;
        Signal();
    }

    /// <summary>Something may have changed.</summary>
    public void Signal() => Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>From here on nothing is serving: calls belong elsewhere.</summary>
    public void Stop()
    {
        _stopped.TrySetResult();
        Signal();
    }

    /// <summary>How a service is; the empty name is the gateway as a whole.</summary>
    public ServingStatus Find(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (service.Length == 0)
        {
            return Status(isServing: true);
        }

        return _services.TryGetValue(service, out var known) ? Find(known) : ServingStatus.ServiceUnknown;
    }

    internal ServingStatus Find(ServedService service)
    {
        var isServing = service.Clusters.Count == 0;
        foreach (var cluster in service.Clusters)
        {
            isServing |= _isAvailable(cluster);
        }

        return Status(isServing);
    }

    /// <summary>Counts a watch in; false when there are too many. One that was counted in is counted out by <see cref="Leave"/>.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _watches) <= MaxWatches)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _watches);

    private ServingStatus Status(bool isServing) => isServing && !_stopped.Task.IsCompleted ? ServingStatus.Serving : ServingStatus.NotServing;
}
