using System.Buffers.Binary;
using System.Numerics;

namespace Transcoders.Payloads;

/// <summary>A read-only map from UTF-8 names to values. Its names come from a schema, so its chains are not a client's to lengthen.</summary>
internal sealed class Utf8Table<T>
{
    private readonly (byte[] Name, T Value)[] _entries;
    private readonly int[] _slots;
    private readonly int _mask;

    public Utf8Table(IReadOnlyList<(byte[] Name, T Value)> entries)
    {
        _entries = [.. entries];
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _entries.Length * 2))];
        _mask = _slots.Length - 1;
        for (var i = 0; i < _entries.Length; i++)
        {
            var slot = Hash(_entries[i].Name) & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = i + 1;
        }
    }

    public bool TryFind(ReadOnlySpan<byte> name, out T value)
    {
        var slot = Hash(name) & _mask;
        while (_slots[slot] is var index && index != 0)
        {
            ref readonly var entry = ref _entries[index - 1];
            if (name.SequenceEqual(entry.Name))
            {
                value = entry.Value;
                return true;
            }

            slot = (slot + 1) & _mask;
        }

        value = default!;
        return false;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        ulong mixed = (uint)name.Length;
        if (name.Length >= 8)
        {
            mixed ^= BinaryPrimitives.ReadUInt64LittleEndian(name)
                + (BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]) * 31);
        }
        else
        {
            foreach (var b in name)
            {
                mixed = (mixed << 8) + mixed + b;
            }
        }

        return (int)((mixed * 0x9E3779B97F4A7C15) >> 33);
    }
}
