using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>The live counts of one cluster's children. A fixed size whatever the children do: exit codes and signals are small numbers.</summary>
internal sealed class ProcessCounts
{
    private const int Codes = 256;
    private const int Signals = 128;

    private readonly long[] _byCode = new long[Codes];
    private readonly long[] _bySignal = new long[Signals];
    private long _unknownExits;
    private long _started;
    private long _refused;
    private long _spawnFailures;
    private int _running;

    /// <summary>Takes one of <paramref name="most"/> slots; counts a refusal otherwise.</summary>
    public bool TryEnter(int most)
    {
        var seen = Volatile.Read(ref _running);
        while (seen < most)
        {
            var before = Interlocked.CompareExchange(ref _running, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        Interlocked.Increment(ref _refused);
        return false;
    }

    public void Started() => Interlocked.Increment(ref _started);

    public void SpawnFailed()
    {
        Interlocked.Increment(ref _spawnFailures);
        Interlocked.Decrement(ref _running);
    }

    public void Exited(ProcessExit exit)
    {
        switch (exit)
        {
            case { Code: >= 0 and < Codes }:
                Interlocked.Increment(ref _byCode[exit.Code.Value]);
                break;
            case { Signal: >= 0 and < Signals }:
                Interlocked.Increment(ref _bySignal[exit.Signal.Value]);
                break;
            default:
                Interlocked.Increment(ref _unknownExits);
                break;
        }

        Interlocked.Decrement(ref _running);
    }

    public ProcessTotals ToTotals(string clusterId) => new()
    {
        ClusterId = clusterId,
        Running = Volatile.Read(ref _running),
        Started = Interlocked.Read(ref _started),
        Refused = Interlocked.Read(ref _refused),
        SpawnFailures = Interlocked.Read(ref _spawnFailures),
        ExitsByCode = NonZero(_byCode),
        ExitsBySignal = NonZero(_bySignal),
        UnknownExits = Interlocked.Read(ref _unknownExits),
    };

    private static SortedDictionary<int, long> NonZero(long[] counts)
    {
        var some = new SortedDictionary<int, long>();
        for (var i = 0; i < counts.Length; i++)
        {
            var count = Interlocked.Read(ref counts[i]);
            if (count != 0)
            {
                some.Add(i, count);
            }
        }

        return some;
    }
}

/// <summary>What became of one cluster's children, for metrics and the admin port.</summary>
public sealed record ProcessTotals
{
    public required string ClusterId { get; init; }

    /// <summary>Slots taken now: running, being started, or being stopped.</summary>
    public required int Running { get; init; }

    public required long Started { get; init; }

    /// <summary>Calls refused because the limit was reached.</summary>
    public required long Refused { get; init; }

    public required long SpawnFailures { get; init; }

    public required IReadOnlyDictionary<int, long> ExitsByCode { get; init; }

    public required IReadOnlyDictionary<int, long> ExitsBySignal { get; init; }

    /// <summary>Exits whose status somebody else had taken.</summary>
    public required long UnknownExits { get; init; }
}
