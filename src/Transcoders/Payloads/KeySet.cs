using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Transcoders.Payloads;

/// <summary>
/// The keys of one map met so far, as places in a span of bytes, to find one that comes twice. Few keys are compared
/// one by one, many through a table whose hash is seeded per process, so that a sender cannot make it slow.
/// </summary>
internal ref struct KeySet
{
    private const int LinearLimit = 12;

    private static readonly ulong Seed = Drawn();
    private static readonly ulong Factor = Drawn();

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

            Rehash(128);
        }
        else if (_count * 2 >= _slots.Length)
        {
            Rehash(_slots.Length * 4);
        }

        var slots = _slots!;
        var slot = (int)mark & (slots.Length - 1);
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

    private void Rehash(int size)
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
            var slot = (int)_scratch.Keys[_first + i].Mark & (slots.Length - 1);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = i + 1;
        }
    }

    /// <summary>
    /// A hash of the whole key: eight bytes at a time are multiplied into it and the product's halves folded. What it is
    /// multiplied by is drawn when the process starts, so that nobody outside can choose keys that collide.
    /// </summary>
    private static ulong Mark(ReadOnlySpan<byte> key)
    {
        var mark = Seed ^ (uint)key.Length;
        while (key.Length > 8)
        {
            mark = Fold(mark ^ BinaryPrimitives.ReadUInt64LittleEndian(key), Factor);
            key = key[8..];
        }

        // The last one to eight bytes; the length above tells zeros from nothing.
        ulong tail = 0;
        if (key.Length == 8)
        {
            tail = BinaryPrimitives.ReadUInt64LittleEndian(key);
        }
        else if (key.Length >= 4)
        {
            tail = BinaryPrimitives.ReadUInt32LittleEndian(key) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(key[^4..]) << 32);
        }
        else
        {
            foreach (var b in key)
            {
                tail = (tail << 8) | b;
            }
        }

        return Fold(Fold(mark ^ tail, Factor), Seed);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    private static ulong Drawn()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 1;
    }
}
