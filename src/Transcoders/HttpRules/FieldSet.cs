using System.Buffers;

namespace Transcoders.HttpRules;

/// <summary>
/// Which fields the URL of one request has set, as a tree in a flat table: every entry names its parent's index.
/// It finds a field set twice, and two members of one oneof.
/// </summary>
internal ref struct FieldSet
{
    /// <summary>The message itself, as a parent.</summary>
    public const int Root = -1;

    /// <summary>Most entries: each is compared with all before it, so their number bounds the work a query can cause.</summary>
    public const int MaxCount = 1024;

    private Span<Entry> _entries;
    private Entry[]? _rented;
    private int _count;

    public FieldSet(Span<Entry> initial)
    {
        _entries = initial;
        _rented = null;
        _count = 0;
        HasOneofs = false;
    }

    /// <summary>True when a field of a oneof was set anywhere.</summary>
    public bool HasOneofs { get; private set; }

    public readonly int Count => _count;

    public readonly bool IsFull => _count >= MaxCount;

    public readonly ref Entry this[int index] => ref _entries[index];

    /// <summary>The entry of a field, new or known.</summary>
    /// <param name="parent">The entry of the message that holds it, or <see cref="Root"/>.</param>
    /// <param name="node">The field.</param>
    /// <param name="rival">Another member of the field's oneof that is set already; null when there is none.</param>
    public int Add(int parent, FieldNode node, out FieldNode? rival)
    {
        rival = null;
        for (var i = 0; i < _count; i++)
        {
            ref var entry = ref _entries[i];
            if (entry.Parent != parent)
            {
                continue;
            }

            if (ReferenceEquals(entry.Node, node))
            {
                return i;
            }

            if (node.Oneof >= 0 && entry.Node.Oneof == node.Oneof)
            {
                rival = entry.Node;
            }
        }

        if (_count == _entries.Length)
        {
            Grow();
        }

        HasOneofs |= node.Oneof >= 0;
        _entries[_count] = new Entry { Parent = parent, Node = node };
        return _count++;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<Entry>.Shared.Return(_rented, clearArray: true);
            _rented = null;
        }
    }

    private void Grow()
    {
        var grown = ArrayPool<Entry>.Shared.Rent(Math.Max(16, _count * 2));
        _entries[.._count].CopyTo(grown);
        Dispose();
        _entries = _rented = grown;
    }

    internal struct Entry
    {
        public int Parent;
        public FieldNode Node;
        public bool IsSet;
        public bool FromPath;
    }
}
