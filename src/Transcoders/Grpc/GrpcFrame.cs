using System.Buffers;
using System.Buffers.Binary;
using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>One length-prefixed message as cut from a body. Source: gRPC over HTTP/2, "Length-Prefixed-Message".</summary>
/// <param name="Compressed">The first flag bit: the payload is encoded with the stream's grpc-encoding.</param>
/// <param name="Payload">The bytes after the prefix, borrowed from the buffer they were cut from.</param>
public readonly record struct GrpcFrame(bool Compressed, ReadOnlySequence<byte> Payload);

/// <summary>Splits a gRPC body into frames: one flag byte, four length bytes, then the payload.</summary>
/// <remarks>Copies nothing: a frame is valid until the buffer it was cut from is advanced.</remarks>
public static class GrpcFrameReader
{
    public const int PrefixLength = 5;

    /// <summary>Cuts one frame off the front of <paramref name="buffer"/>; false means more bytes are needed.</summary>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED over <paramref name="maxPayload"/>; INTERNAL for a flag byte no gRPC peer sends.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxPayload, out GrpcFrame frame)
    {
        frame = default;
        if (buffer.Length < PrefixLength)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        var length = ReadPrefix(prefix, maxPayload, out var compressed);
        if (buffer.Length - PrefixLength < length)
        {
            return false;
        }

        frame = new GrpcFrame(compressed, buffer.Slice(PrefixLength, length));
        buffer = buffer.Slice(PrefixLength + length);
        return true;
    }

    /// <summary>Reads the five bytes before a payload and returns the payload's length.</summary>
    public static int ReadPrefix(ReadOnlySpan<byte> prefix, int maxPayload, out bool compressed)
    {
        if (prefix[0] > 1)
        {
            throw new CallException(new CallStatus(StatusCode.Internal, $"gRPC frame begins with flag byte 0x{prefix[0]:x2}; it must be 0 or 1.") { HttpStatus = 502 });
        }

        compressed = prefix[0] == 1;

        // Refuse by the announced length, before a hostile peer makes us wait for it.
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > (uint)maxPayload)
        {
            throw new CallException(StatusCode.ResourceExhausted, $"Message of {length} bytes; the limit is {maxPayload}.");
        }

        return (int)length;
    }

    /// <summary>Writes the prefix of an uncompressed frame into the first five bytes of <paramref name="destination"/>.</summary>
    public static void WritePrefix(Span<byte> destination, int length, bool compressed = false)
    {
        destination[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }
}
