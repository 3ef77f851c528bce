using System.Buffers;
using System.IO.Compression;
using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>The message encodings both sides understand: `gzip` and `deflate` (zlib), besides `identity`.</summary>
public static class GrpcCompression
{
    /// <summary>What we tell peers we accept.</summary>
    public const string Accepted = "identity,gzip,deflate";

    /// <summary>Messages of fewer bytes leave as they are: compression would hardly make them smaller.</summary>
    public const int MinLength = 256;

    private const int Chunk = 16 * 1024;

    public static bool IsSupported(string encoding) => encoding is "gzip" or "deflate" or "identity";

    /// <summary>Appends the decoded payload to <paramref name="output"/>, whose limit bounds what a small bomb may become.</summary>
    /// <remarks>That a payload which is cut off is seen at all, the host's `UseStrictValidation` sees to (Directory.Build.props).</remarks>
    /// <exception cref="CallException">INTERNAL when the payload is not what its encoding says; RESOURCE_EXHAUSTED over the limit.</exception>
    public static void Decompress(string encoding, ReadOnlySequence<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (encoding == "identity")
        {
            throw new CallException(StatusCode.Internal, "A message is marked compressed on a stream without grpc-encoding.");
        }

        if (payload.IsEmpty)
        {
            // Some encoders write nothing for an empty message.
            return;
        }

        using var source = new MemoryStream(payload.ToArray(), writable: false);
        using Stream decoder = encoding == "gzip"
            ? new GZipStream(source, CompressionMode.Decompress)
            : new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var read = decoder.Read(output.GetSpan(Chunk));
                if (read == 0)
                {
                    return;
                }

                output.Advance(read);
                output.ThrowIfOverLimit();
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // IOException: a zlib stream that asks for a dictionary.
        {
            throw new CallException(StatusCode.Internal, $"A message is not valid {encoding} data.", e);
        }
    }

    /// <summary>Appends the encoded payload to <paramref name="output"/>.</summary>
    public static void Compress(string encoding, ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var sink = new BufferStream(output);
        using Stream encoder = encoding == "gzip"
            ? new GZipStream(sink, CompressionLevel.Fastest)
            : new ZLibStream(sink, CompressionLevel.Fastest);
        encoder.Write(payload);
    }

    /// <summary>A write-only stream over a payload buffer, as the BCL's encoders want one.</summary>
    private sealed class BufferStream(PayloadBuffer output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => output.Length;

        public override long Position
        {
            get => output.Length;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);
    }
}
