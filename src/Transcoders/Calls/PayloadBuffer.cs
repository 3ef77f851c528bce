using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Transcoders.Calls;

/// <summary>
/// A contiguous growing buffer over rented memory, with a bound. One owner at a time; who rents, disposes.
/// </summary>
/// <remarks>Contiguous on purpose: a protobuf length is patched into place after its message is known.</remarks>
public sealed class PayloadBuffer : IBufferWriter<byte>, IDisposable
{
    private const int InitialSize = 1024;

    private readonly int _limit;
    private byte[] _bytes;

    /// <param name="limit">Most bytes it may hold; more is RESOURCE_EXHAUSTED.</param>
    public PayloadBuffer(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        _limit = limit;
        _bytes = [];
    }

    /// <summary>Bytes written so far. Setting it back discards a tail; it is never set forward.</summary>
    public int Length { get; set; }

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, Length);

    /// <summary>Everything rented, the unwritten tail included: for writers that move or patch what they wrote.</summary>
    public Span<byte> Raw => _bytes;

    public void Clear() => Length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - Length), nameof(count));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Refuses what was written when it is over the limit: writers reserve for the worst case, so a buffer may hold a little more.</summary>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED.</exception>
    public void ThrowIfOverLimit()
    {
        if (Length > _limit)
        {
            ThrowTooLarge();
        }
    }

    /// <summary>Makes room for <paramref name="count"/> more bytes without writing them.</summary>
    public void Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }
    }

    public void Dispose()
    {
        if (_bytes.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        if (Length > _limit || needed > (long)_limit + Slack)
        {
            ThrowTooLarge();
        }

        var size = (int)Math.Min(Math.Max(needed, Math.Max(InitialSize, (long)_bytes.Length * 2)), Array.MaxLength);
        var grown = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, Length).CopyTo(grown);
        if (_bytes.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }

    /// <summary>Bytes a writer may reserve past the limit in one step, since it reserves for the worst case.</summary>
    private const int Slack = 64 * 1024;

    [DoesNotReturn]
    private void ThrowTooLarge() =>
        throw new CallException(StatusCode.ResourceExhausted, $"Message is larger than the limit of {_limit} bytes.");
}
