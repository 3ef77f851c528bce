using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Transcoders.Payloads;

/// <summary>Reads protobuf wire values from a span. Nothing is thrown: false means malformed or cut short.</summary>
public static class WireReader
{
    private const int MaxGroupDepth = 100;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadVarint(ReadOnlySpan<byte> data, scoped ref int position, out ulong value)
    {
        if ((uint)position < (uint)data.Length && data[position] < 0x80)
        {
            value = data[position++];
            return true;
        }

        return TryReadLongVarint(data, ref position, out value);
    }

    /// <summary>A tag: at most five bytes, 32 bits, field number not zero, wire type known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadTag(ReadOnlySpan<byte> data, scoped ref int position, out uint tag)
    {
        if ((uint)position < (uint)data.Length && data[position] < 0x80)
        {
            tag = data[position++];
            return tag >= 8 && (tag & 7) <= WireType.Fixed32;
        }

        return TryReadLongTag(data, ref position, out tag);
    }

    public static bool TryReadFixed32(ReadOnlySpan<byte> data, scoped ref int position, out uint value)
    {
        if (data.Length - position < 4)
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt32LittleEndian(data[position..]);
        position += 4;
        return true;
    }

    public static bool TryReadFixed64(ReadOnlySpan<byte> data, scoped ref int position, out ulong value)
    {
        if (data.Length - position < 8)
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt64LittleEndian(data[position..]);
        position += 8;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadLengthDelimited(ReadOnlySpan<byte> data, scoped ref int position, out ReadOnlySpan<byte> value)
    {
        if (!TryReadVarint(data, ref position, out var length) || length > (ulong)(data.Length - position))
        {
            value = default;
            return false;
        }

        value = data.Slice(position, (int)length);
        position += (int)length;
        return true;
    }

    /// <summary>Skips the value that follows <paramref name="tag"/>; a group to its matching end, at most 100 deep.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> data, scoped ref int position, uint tag) => TrySkip(data, ref position, tag, 0);

    /// <summary>Reads the content of a group whose start tag has been read, up to and over its end tag.</summary>
    public static bool TryReadGroup(ReadOnlySpan<byte> data, scoped ref int position, int number, out ReadOnlySpan<byte> content) =>
        TryReadGroup(data, ref position, number, 0, out content);

    private static bool TryReadGroup(ReadOnlySpan<byte> data, scoped ref int position, int number, int depth, out ReadOnlySpan<byte> content)
    {
        content = default;
        var start = position;
        while (true)
        {
            var end = position;
            if (!TryReadTag(data, ref position, out var tag))
            {
                return false;
            }

            if ((tag & 7) == WireType.EndGroup)
            {
                content = data[start..end];
                return tag >> 3 == (uint)number;
            }

            if (!TrySkip(data, ref position, tag, depth))
            {
                return false;
            }
        }
    }

    private static bool TrySkip(ReadOnlySpan<byte> data, scoped ref int position, uint tag, int depth)
    {
        switch (tag & 7)
        {
            case WireType.Varint:
                return TryReadVarint(data, ref position, out _);
            case WireType.Fixed64:
                return TryReadFixed64(data, ref position, out _);
            case WireType.Length:
                return TryReadLengthDelimited(data, ref position, out _);
            case WireType.StartGroup:
                return depth < MaxGroupDepth && TryReadGroup(data, ref position, (int)(tag >> 3), depth + 1, out _);
            case WireType.Fixed32:
                return TryReadFixed32(data, ref position, out _);
            default:
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadLongVarint(ReadOnlySpan<byte> data, scoped ref int position, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if ((uint)position >= (uint)data.Length)
            {
                return false;
            }

            var b = data[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                // The tenth byte holds one bit only; others drop the rest of it, and so do we.
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadLongTag(ReadOnlySpan<byte> data, scoped ref int position, out uint tag)
    {
        var start = position;
        if (!TryReadLongVarint(data, ref position, out var value) || value > uint.MaxValue || position - start > 5)
        {
            tag = 0;
            return false;
        }

        tag = (uint)value;
        return tag >= 8 && (tag & 7) <= WireType.Fixed32;
    }
}
