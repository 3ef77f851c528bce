using System.Buffers;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>
/// The bytes a stream has brought and the messages cut from them: one contiguous rented buffer, so that a message is never copied out.
/// Used by one reader at a time; who creates it, disposes.
/// </summary>
/// <remarks>
/// The loop: <see cref="TryRead(out ReadOnlyMemory{byte})"/> until false, then read into <see cref="GetMemory"/> and <see cref="Advance"/>, or <see cref="End"/>.
/// </remarks>
public sealed class FrameBuffer : IDisposable
{
    private const int SmallSize = 4 * 1024;
    private const int LargeSize = 64 * 1024;

    /// <summary>Bytes of framing around a message that may be buffered with it.</summary>
    private const int FramingSlack = 64;

    private readonly StdioFraming _framing;
    private readonly int _limit;
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _scanned;
    private int _lastRead;
    private bool _wasFilled;
    private bool _disposed;

    /// <param name="framing">How messages are cut.</param>
    /// <param name="limit">Most bytes a message may have.</param>
    public FrameBuffer(StdioFraming framing, int limit)
    {
        ArgumentNullException.ThrowIfNull(framing);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        _framing = framing;
        _limit = limit;
    }

    /// <summary>True when nothing more will arrive.</summary>
    public bool Ended { get; private set; }

    /// <summary>Cuts the next message, valid until the next call of any method here; false when more bytes are needed, or after the last.</summary>
    /// <exception cref="CallException">See <see cref="StdioFraming.TryRead"/>.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> message) => TryRead(_framing, out message);

    /// <summary>Cuts one message by another framing, such as a head before what follows it.</summary>
    /// <exception cref="CallException">See <see cref="StdioFraming.TryRead"/>.</exception>
    public bool TryRead(StdioFraming framing, out ReadOnlyMemory<byte> message)
    {
        ArgumentNullException.ThrowIfNull(framing);
        var buffered = _bytes.AsSpan(_start, _end - _start);
        if (!framing.TryRead(buffered, ref _scanned, Ended, _limit, out var frame))
        {
            _start += frame.Consumed;
            message = default;
            return false;
        }

        message = _bytes.AsMemory(_start + frame.Offset, frame.Length);
        _start += frame.Consumed;
        return true;
    }

    /// <summary>True when nothing that has arrived is left uncut.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Room for the next read; never empty. It ends the loan of the last message.</summary>
    public Memory<byte> GetMemory()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_start == _end)
        {
            _start = _end = 0;
            ShrinkIfLarge();
        }

        // A stream that fills what it is offered gets more, so that a busy child costs fewer reads and an idle one little memory.
        var grow = _wasFilled && _bytes.Length < LargeSize;
        if (_bytes.Length - _end < SmallSize / 2 || grow)
        {
            MakeRoom(grow);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>Takes in what a read has put at the front of the last <see cref="GetMemory"/>.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _end), nameof(count));
        _end += count;
        _lastRead = count;
        _wasFilled = _end == _bytes.Length;
    }

    /// <summary>Nothing follows: what is buffered may be a last message.</summary>
    public void End() => Ended = true;

    public void Dispose()
    {
        _disposed = true;
        Replace([]);
        _start = _end = _scanned = 0;
    }

    private void MakeRoom(bool grow)
    {
        var kept = _end - _start;
        if (!grow && _start >= SmallSize / 2)
        {
            Compact(_bytes, kept);
            return;
        }

        // The framing has refused anything longer than the limit before this can exceed it by more than the slack.
        var most = (int)Math.Min((long)Math.Max(_limit, LargeSize) + FramingSlack + SmallSize, Array.MaxLength);
        var size = Math.Clamp(Math.Max(_bytes.Length * 2L, kept + SmallSize), SmallSize, most);
        var grown = ArrayPool<byte>.Shared.Rent((int)size);
        Compact(grown, kept);
        Replace(grown);
    }

    private void Compact(byte[] target, int kept)
    {
        _bytes.AsSpan(_start, kept).CopyTo(target);
        _start = 0;
        _end = kept;
    }

    private void ShrinkIfLarge()
    {
        // After a long message, or when the stream has calmed down: an idle process should cost little.
        if (_bytes.Length > 2 * LargeSize || (_bytes.Length > 2 * SmallSize && _lastRead < SmallSize))
        {
            Replace([]);
        }
    }

    private void Replace(byte[] bytes)
    {
        if (_bytes.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = bytes;
    }
}
