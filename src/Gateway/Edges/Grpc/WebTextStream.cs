using System.Buffers;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>The bytes inside a body of `application/grpc-web-text`. It owns nothing: the body is the request's.</summary>
internal sealed class WebTextStream(Stream body) : Stream
{
    private const int Chunk = 4096;

    private GrpcWebText _text;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var room = (Math.Min(buffer.Length, Chunk) / 3 * 4) - 4;
        if (room <= 0)
        {
            return 0;
        }

        var text = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(text.AsMemory(0, room), cancellationToken);
                if (read == 0)
                {
                    return _text.IsWhole
                        ? 0
                        : throw new CallException(new CallStatus(StatusCode.InvalidArgument, "The body of application/grpc-web-text ends inside a group of base64.") { Origin = StatusOrigin.Client });
                }

                // A few characters may be no byte yet; zero would say that the body has ended.
                if (_text.Decode(text.AsSpan(0, read), buffer.Span) is > 0 and var written)
                {
                    return written;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
