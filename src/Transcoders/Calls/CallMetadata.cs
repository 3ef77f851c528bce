namespace Transcoders.Calls;

/// <summary>
/// An ordered multi-map of the only headers that cross the hub. Names are compared without case;
/// a value of a name that ends in `-bin` is base64 text. Not safe for use from two threads at once.
/// </summary>
/// <remarks>Adapters drop hop-by-hop and reserved names before they add: see <see cref="ReservedMetadata"/>.</remarks>
public sealed class CallMetadata
{
    private KeyValuePair<string, string>[] _entries;

    public CallMetadata(int capacity = 8)
    {
        _entries = capacity == 0 ? [] : new KeyValuePair<string, string>[capacity];
    }

    public int Count { get; private set; }

    public KeyValuePair<string, string> this[int index] =>
        (uint)index < (uint)Count ? _entries[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public ReadOnlySpan<KeyValuePair<string, string>> AsSpan() => _entries.AsSpan(0, Count);

    public void Add(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        _entries[Count++] = new(name, value);
    }

    /// <summary>The first value under <paramref name="name"/>, or null.</summary>
    public string? Find(string name)
    {
        foreach (ref readonly var entry in AsSpan())
        {
            if (entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>Removes every value under <paramref name="name"/>; true when there was one.</summary>
    public bool Remove(string name)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!_entries[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                _entries[kept++] = _entries[i];
            }
        }

        var removed = kept != Count;
        _entries.AsSpan(kept, Count - kept).Clear();
        Count = kept;
        return removed;
    }
}
