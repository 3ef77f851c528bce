using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Transcoders.Payloads;

/// <summary>
/// The keys of one map met so far, as places in a span of bytes, to find one that comes twice. Few keys are compared
/// one by one, many through a table whose hash is seeded per process, so that a sender cannot make it slow.
/// </summary>
internal ref struct KeySet
{
    private const int LinearLimit = 12;

    private readonly PayloadScratch _scratch;
    private readonly int _first;
    private int _count;
    private int[]? _slots;

    public KeySet(PayloadScratch scratch)
    {
        _scratch = scratch;
        _first = scratch.KeyCount;
    }

    /// <summary>Remembers the key at that place; false when it is there already, and then <paramref name="index"/> is the earlier one's.</summary>
    public bool Add(ReadOnlySpan<byte> bytes, int offset, int length, out int index)
    {
        var key = bytes.Slice(offset, length);
        var mark = Mark(key);
        if (_slots is null)
        {
            if (_count < LinearLimit)
            {
                var known = _scratch.Keys.AsSpan(_first, _count);
                for (var i = 0; i < known.Length; i++)
                {
                    ref readonly var entry = ref known[i];
                    if (entry.Mark == mark && entry.Length == length && key.SequenceEqual(bytes.Slice(entry.Offset, length)))
                    {
                        index = i;
                        return false;
                    }
                }

                index = _count++;
                _scratch.PushKey(new(offset, length, mark));
                return true;
            }

            Rehash(bytes, 128);
        }
        else if (_count * 2 >= _slots.Length)
        {
            Rehash(bytes, _slots.Length * 2);
        }

        var slots = _slots!;
        var slot = Hash(key) & (slots.Length - 1);
        while (slots[slot] is var taken && taken != 0)
        {
            ref readonly var entry = ref _scratch.Keys[_first + taken - 1];
            if (entry.Mark == mark && entry.Length == length && key.SequenceEqual(bytes.Slice(entry.Offset, length)))
            {
                index = taken - 1;
                return false;
            }

            slot = (slot + 1) & (slots.Length - 1);
        }

        index = _count++;
        _scratch.PushKey(new(offset, length, mark));
        slots[slot] = _count;
        return true;
    }

    /// <summary>Gives the memory back; keys of outer maps stay.</summary>
    public void Dispose()
    {
        _scratch.KeyCount = _first;
        if (_slots is not null)
        {
            ArrayPool<int>.Shared.Return(_slots);
            _slots = null;
        }
    }

    private void Rehash(ReadOnlySpan<byte> bytes, int size)
    {
        if (_slots is not null)
        {
            ArrayPool<int>.Shared.Return(_slots);
        }

        // A pool hands out powers of two for such sizes; the mask needs one.
        var slots = ArrayPool<int>.Shared.Rent((int)BitOperations.RoundUpToPowerOf2((uint)size));
        Array.Clear(slots);
        _slots = slots;
        for (var i = 0; i < _count; i++)
        {
            var entry = _scratch.Keys[_first + i];
            var slot = Hash(bytes.Slice(entry.Offset, entry.Length)) & (slots.Length - 1);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = i + 1;
        }
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        HashCode hash = default;
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    /// <summary>A cheap fingerprint that tells most keys apart without looking at them again.</summary>
    private static ulong Mark(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(key) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]), 13);
        }

        ulong mark = 0;
        foreach (var b in key)
        {
            mark = (mark << 8) | b;
        }

        return mark;
    }
}
