using System.Buffers;
using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>Collects the bytes of a body as they are read and cuts them into messages, decoded where they came compressed.</summary>
/// <remarks>
/// A message borrows the buffer until the next <see cref="GetMemory"/>. It grows as bytes arrive, by doubling: an announced
/// length alone reserves no memory. Who makes it disposes it, once nobody holds a message of it.
/// </remarks>
public sealed class GrpcFrameBuffer(int maxMessage) : IDisposable
{
    private const int ReadSize = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private PayloadBuffer? _inflated;

    /// <summary>The stream's grpc-encoding, in which compressed frames are encoded.</summary>
    public string Encoding { get; set; } = "identity";

    /// <summary>True when nothing is left that could be the beginning of a frame.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Room for the next read.</summary>
    /// <exception cref="CallException">The frame that is coming is over the limit, or none that a gRPC peer sends.</exception>
    public Memory<byte> GetMemory()
    {
        var unread = _end - _start;
        var needed = unread < GrpcFrameReader.PrefixLength
            ? ReadSize
            : GrpcFrameReader.PrefixLength + GrpcFrameReader.ReadPrefix(_bytes.AsSpan(_start), maxMessage, out _);
        if (unread == 0)
        {
            _start = _end = 0;
        }

        if (_bytes.Length - _start < needed || _end == _bytes.Length)
        {
            MakeRoom(unread, needed);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>Takes what a read has put into the room.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _end), nameof(count));
        _end += count;
    }

    /// <summary>Cuts the next message; false means more bytes are needed.</summary>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED over the limit; INTERNAL for what is no frame, or not encoded as it says.</exception>
    public bool TryRead(out Message message)
    {
        message = default;
        var available = _bytes.AsSpan(_start, _end - _start);
        if (available.Length < GrpcFrameReader.PrefixLength)
        {
            return false;
        }

        var length = GrpcFrameReader.ReadPrefix(available, maxMessage, out var compressed);
        if (available.Length < GrpcFrameReader.PrefixLength + length)
        {
            return false;
        }

        ReadOnlyMemory<byte> payload = _bytes.AsMemory(_start + GrpcFrameReader.PrefixLength, length);
        _start += GrpcFrameReader.PrefixLength + length;
        message = new Message(compressed ? Inflate(payload) : payload, PayloadFormat.Protobuf);
        return true;
    }

    public void Dispose()
    {
        ReturnBytes();
        _inflated?.Dispose();
        _start = _end = 0;
    }

    private ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> payload)
    {
        if (!GrpcCompression.IsSupported(Encoding))
        {
            throw new CallException(new CallStatus(StatusCode.Internal, $"The backend answers with grpc-encoding '{Encoding}', which was not offered to it.") { HttpStatus = 502, Origin = StatusOrigin.Backend });
        }

        _inflated ??= new PayloadBuffer(maxMessage);
        _inflated.Clear();
        GrpcCompression.Decompress(Encoding, new ReadOnlySequence<byte>(payload), _inflated);
        return _inflated.WrittenMemory;
    }

    private void MakeRoom(int unread, int needed)
    {
        var size = Math.Max(ReadSize, Math.Min(needed, unread * 2));
        if (size <= _bytes.Length && size > unread)
        {
            _bytes.AsSpan(_start, unread).CopyTo(_bytes);
        }
        else
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(size, unread + 1));
            _bytes.AsSpan(_start, unread).CopyTo(grown);
            ReturnBytes();
            _bytes = grown;
        }

        (_start, _end) = (0, unread);
    }

    private void ReturnBytes()
    {
        if (_bytes.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
