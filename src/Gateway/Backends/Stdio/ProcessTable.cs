using System.Collections.Concurrent;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>Every child of the gateway, and what became of the earlier ones. One per gateway; it outlives configurations.</summary>
/// <remarks>Clusters are counted by name, so a limit holds over a reload. Safe for use from any thread.</remarks>
public sealed class ProcessTable : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RunningProcess, ProcessOwner> _running = new();
    private readonly ConcurrentDictionary<string, ProcessCounts> _clusters = new(StringComparer.Ordinal);
    private volatile bool _stopping;

    /// <summary>True once <see cref="StopAllAsync"/> was called: nothing is started any more.</summary>
    public bool IsStopping => _stopping;

    /// <summary>The children that run now, in the order they were started.</summary>
    public IReadOnlyList<ProcessRow> Snapshot()
    {
        var rows = new List<ProcessRow>();
        foreach (var (process, owner) in _running)
        {
            rows.Add(new ProcessRow
            {
                Pid = process.Child.Id,
                ClusterId = owner.ClusterId,
                DestinationId = process.DestinationId,
                Command = owner.Command,
                Method = process.Method,
                StartedAt = process.StartedAt,
                IsStopping = process.Cause != StopCause.None,
            });
        }

        rows.Sort(static (a, b) => a.StartedAt.CompareTo(b.StartedAt));
        return rows;
    }

    /// <summary>The counts of each cluster that has ever started or refused a child.</summary>
    public IReadOnlyList<ProcessTotals> Totals()
    {
        var totals = new List<ProcessTotals>();
        foreach (var (clusterId, counts) in _clusters)
        {
            totals.Add(counts.ToTotals(clusterId));
        }

        totals.Sort(static (a, b) => string.CompareOrdinal(a.ClusterId, b.ClusterId));
        return totals;
    }

    /// <summary>Stops every child by the ladder and waits until nothing of them is left; nothing is started afterwards.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    public Task StopAllAsync(CancellationToken cancellationToken = default)
    {
        _stopping = true;
        return StopAsync(static _ => true, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAllAsync();

    /// <summary>Stops the children of one owner.</summary>
    internal Task StopAsync(ProcessOwner owner, CancellationToken cancellationToken) => StopAsync(o => o == owner, cancellationToken);

    internal bool TryEnter(string clusterId, int most) => Counts(clusterId).TryEnter(most);

    internal void SpawnFailed(string clusterId) => Counts(clusterId).SpawnFailed();

    internal void Add(ProcessOwner owner, RunningProcess process)
    {
        Counts(owner.ClusterId).Started();
        _running.TryAdd(process, owner);

        // Started while the table was being emptied: it was not seen there.
        if (_stopping)
        {
            process.Stop(StopCause.Shutdown);
        }
    }

    internal void Remove(ProcessOwner owner, RunningProcess process, ProcessExit exit)
    {
        _running.TryRemove(process, out _);
        Counts(owner.ClusterId).Exited(exit);
    }

    private ProcessCounts Counts(string clusterId) => _clusters.GetOrAdd(clusterId, static _ => new ProcessCounts());

    private async Task StopAsync(Func<ProcessOwner, bool> isMeant, CancellationToken cancellationToken)
    {
        var ends = new List<Task>();
        foreach (var (process, owner) in _running)
        {
            if (isMeant(owner))
            {
                process.Stop(StopCause.Shutdown);
                ends.Add(process.Gone);
            }
        }

        await Task.WhenAll(ends).WaitAsync(cancellationToken);
    }
}

/// <summary>One running child, as the admin port shows it. No arguments and no variables: they may hold secrets.</summary>
public sealed record ProcessRow
{
    public required int Pid { get; init; }

    public required string ClusterId { get; init; }

    public required string DestinationId { get; init; }

    /// <summary>The executable's absolute path.</summary>
    public required string Command { get; init; }

    /// <summary>The method it serves; empty when the route has no schema.</summary>
    public required string Method { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>True while it is on its way down the ladder.</summary>
    public required bool IsStopping { get; init; }
}
