using Transcoders.Calls;

namespace Gateway.Telemetry;

/// <summary>The calls in flight. Adding and removing take one short lock that calls on other threads seldom share.</summary>
/// <remarks>
/// Doubly linked lists, one per shard, whose links live in the entries: no hashing, no growth, oldest first.
/// <code>
///   shard 0:  head ⇄ entry ⇄ entry
///   shard 1:  head ⇄ entry              a call leaves the shard it entered, on whatever thread it ends
/// </code>
/// </remarks>
public sealed class CallRegistry
{
    private readonly Shard[] _shards;
    private readonly int _mask;

    public CallRegistry()
    {
        var count = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, Environment.ProcessorCount * 2));
        _shards = new Shard[count];
        _mask = count - 1;
        for (var i = 0; i < count; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>The number of calls in flight, as it was at about this moment.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var shard in _shards)
            {
                count += Volatile.Read(ref shard.Count);
            }

            return count;
        }
    }

    /// <summary>Enters a call. The caller gives the entry back to <see cref="Remove"/> exactly once.</summary>
    /// <param name="labels">The route's labels on this edge.</param>
    /// <param name="method">The method's full name; empty when payloads are opaque.</param>
    /// <param name="destination">The destination's id.</param>
    /// <param name="peer">The client's address; null when it has none.</param>
    /// <param name="started">The clock's timestamp at which the call began.</param>
    /// <param name="tally">What flows in it; null for a forwarded call, whose messages nobody cuts.</param>
    public CallEntry Add(CallLabels labels, string method, string destination, string? peer, long started, CallTally? tally)
    {
        var shard = _shards[Environment.CurrentManagedThreadId & _mask];
        var entry = new CallEntry(shard, labels, method, destination, peer, started, tally);
        lock (shard)
        {
            var last = shard.Head.Previous;
            entry.Previous = last;
            entry.Next = shard.Head;
            last.Next = entry;
            shard.Head.Previous = entry;
            shard.Count++;
        }

        return entry;
    }

    /// <summary>Takes a call out. A second time does nothing.</summary>
    public void Remove(CallEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var shard = entry.Home;
        lock (shard)
        {
            if (ReferenceEquals(entry.Next, entry))
            {
                return;
            }

            entry.Previous.Next = entry.Next;
            entry.Next.Previous = entry.Previous;
            entry.Next = entry;
            entry.Previous = entry;
            shard.Count--;
        }
    }

    /// <summary>The oldest calls in flight, oldest first, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<CallEntry> Oldest(int most)
    {
        var entries = new List<CallEntry>();
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                var left = most;
                for (var entry = shard.Head.Next; entry != shard.Head && left > 0; entry = entry.Next, left--)
                {
                    entries.Add(entry);
                }
            }
        }

        entries.Sort(static (a, b) => a.Started.CompareTo(b.Started));
        if (entries.Count > most)
        {
            entries.RemoveRange(most, entries.Count - most);
        }

        return entries;
    }

    /// <summary>One list and the lock over it.</summary>
    internal sealed class Shard
    {
        public readonly CallEntry Head;
        public long Count;

        public Shard() => Head = new CallEntry(this);
    }
}

/// <summary>One call in flight.</summary>
public sealed class CallEntry
{
    internal CallEntry(CallRegistry.Shard home)
    {
        Home = home;
        Labels = null!;
        Method = "";
        Destination = "";
        Next = this;
        Previous = this;
    }

    internal CallEntry(CallRegistry.Shard home, CallLabels labels, string method, string destination, string? peer, long started, CallTally? tally)
        : this(home)
    {
        Labels = labels;
        Method = method;
        Destination = destination;
        Peer = peer;
        Started = started;
        Tally = tally;
    }

    public CallLabels Labels { get; }

    public string Method { get; }

    public string Destination { get; }

    public string? Peer { get; }

    /// <summary>The timestamp of the clock the call was begun with.</summary>
    public long Started { get; }

    /// <summary>Its numbers move while they are read.</summary>
    public CallTally? Tally { get; }

    internal CallRegistry.Shard Home { get; }

    internal CallEntry Next { get; set; }

    internal CallEntry Previous { get; set; }
}
