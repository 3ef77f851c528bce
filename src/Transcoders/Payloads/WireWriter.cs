using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Writes bytes, protobuf wire values and nested lengths to the end of a <see cref="PayloadBuffer"/>.</summary>
/// <remarks>
/// It keeps its own position: nothing is in the buffer until <see cref="Flush"/>, and the buffer must not be touched
/// between construction and flush. Pass it by reference; a copy goes its own way.
/// </remarks>
public ref struct WireWriter
{
    /// <summary>Bytes that may be written unchecked after each <see cref="Ensure"/> of any size.</summary>
    internal const int Margin = 64;

    private readonly PayloadBuffer _buffer;
    private Span<byte> _bytes;
    private int _position;

    public WireWriter(PayloadBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        _buffer = buffer;
        buffer.Reserve(Margin);
        _bytes = buffer.Raw;
        _position = buffer.Length;
    }

    /// <summary>The buffer's length as it will be after a flush. Setting it back discards a tail.</summary>
    public int Position
    {
        readonly get => _position;
        set => _position = value;
    }

    /// <summary>Everything from the buffer's beginning to <see cref="Position"/>; valid until the next write.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes[.._position];

    /// <summary>Hands what was written to the buffer.</summary>
    public readonly void Flush()
    {
        if (_position < _buffer.Length)
        {
            _buffer.Length = _position;
        }

        _buffer.Advance(_position - _buffer.Length);
    }

    public void WriteTag(int number, int wireType) => WriteVarint(((uint)number << 3) | (uint)wireType);

    public void WriteVarint(ulong value)
    {
        Ensure(10);
        WriteVarintUnchecked(value);
    }

    public void WriteFixed32(uint value)
    {
        Ensure(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[_position..], value);
        _position += 4;
    }

    public void WriteFixed64(ulong value)
    {
        Ensure(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes[_position..], value);
        _position += 8;
    }

    /// <summary>A length and the bytes themselves.</summary>
    public void WriteLengthDelimited(scoped ReadOnlySpan<byte> bytes)
    {
        WriteVarint((uint)bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_bytes[_position..]);
        _position += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Ensure(1);
        _bytes[_position++] = value;
    }

    /// <summary>Opens a length-delimited value whose length is not known yet; close it with <see cref="EndLength"/>.</summary>
    /// <returns>A mark to hand to <see cref="EndLength"/>.</returns>
    public int BeginLength()
    {
        Ensure(1);
        return ++_position;
    }

    /// <summary>Writes the length of everything since <paramref name="mark"/> in front of it; a long value moves to make room.</summary>
    public void EndLength(int mark)
    {
        var length = _position - mark;
        if (length < 0x80)
        {
            _bytes[mark - 1] = (byte)length;
            return;
        }

        EndLongLength(mark, length);
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    public static int VarintSize(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    /// <summary>Makes sure that <paramref name="count"/> bytes fit, and <see cref="Margin"/> more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Ensure(int count)
    {
        if ((uint)(_bytes.Length - _position) < (uint)count + Margin)
        {
            Grow(count + Margin);
        }
    }

    /// <summary>Room to write into after <see cref="Ensure"/>; call <see cref="Advance"/> afterwards.</summary>
    internal readonly Span<byte> Room => _bytes[_position..];

    internal void Advance(int count) => _position += count;

    /// <summary>Replaces a byte that was written.</summary>
    internal readonly void Patch(int position, byte value) => _bytes[position] = value;

    /// <summary>Eight bytes of which <paramref name="size"/> count. Within <see cref="Margin"/> of an Ensure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteBitsUnchecked(ulong bits, int size)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.Slice(_position, 8), bits);
        _position += size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteByteUnchecked(byte value) => _bytes[_position++] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteVarintUnchecked(ulong value)
    {
        // Locals: every byte stored might otherwise be the position, which would be loaded anew.
        var bytes = _bytes;
        var position = _position;
        while (value > 0x7F)
        {
            bytes[position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[position++] = (byte)value;
        _position = position;
    }

    /// <summary>Copies the first <paramref name="length"/> bytes of a token that is padded to whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteToken(byte[] padded, int length)
    {
        Ensure(padded.Length);
        ref var source = ref MemoryMarshal.GetArrayDataReference(padded);
        ref var target = ref Unsafe.Add(ref MemoryMarshal.GetReference(_bytes), _position);
        for (nuint i = 0; i < (nuint)padded.Length; i += (nuint)Vector128<byte>.Count)
        {
            Vector128.LoadUnsafe(ref source, i).StoreUnsafe(ref target, i);
        }

        _position += length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndLongLength(int mark, int length)
    {
        var extra = VarintSize((uint)length) - 1;
        Ensure(extra);
        _bytes.Slice(mark, length).CopyTo(_bytes[(mark + extra)..]);
        _position = mark - 1;
        WriteVarintUnchecked((uint)length);
        _position += length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        Flush();
        _buffer.Reserve(count);
        _bytes = _buffer.Raw;
    }
}
