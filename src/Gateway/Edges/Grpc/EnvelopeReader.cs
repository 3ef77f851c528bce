using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>Cuts a client's messages from its request body: a flag byte, four bytes of length, then the payload. gRPC's frames, and Connect's envelopes.</summary>
/// <remarks>A message borrows the body until the next read. Disposed by its call, once nobody holds a message of it.</remarks>
/// <param name="reader">The body.</param>
/// <param name="limits">Bounds of a message, before and after decompression.</param>
/// <param name="encoding">What compressed messages are encoded with.</param>
/// <param name="format">What a message is.</param>
/// <param name="refusal">Why the encoding is refused, told at the first read; null when it is not.</param>
internal sealed class EnvelopeReader(PipeReader reader, CallLimits limits, string encoding, PayloadFormat format, CallStatus? refusal) : IDisposable
{
    private PayloadBuffer? _joined;
    private ReadOnlySequence<byte> _buffer;
    private bool _borrowed;
    private bool _completed;

    public async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (refusal is not null)
        {
            throw new CallException(refusal);
        }

        while (true)
        {
            if (_borrowed && GrpcFrameReader.TryRead(ref _buffer, limits.MessageSize, out var frame))
            {
                return new Message(Join(frame), format);
            }

            if (_borrowed)
            {
                _borrowed = false;
                reader.AdvanceTo(_buffer.Start, _buffer.End);
                if (_completed)
                {
                    return _buffer.IsEmpty
                        ? null
                        : throw new CallException(new CallStatus(StatusCode.Internal, "The request ends inside a message.") { Origin = StatusOrigin.Client });
                }
            }

            var result = await BodyReader.ReadAsync(reader, cancellationToken);
            _buffer = result.Buffer;
            _borrowed = true;
            _completed = result.IsCompleted;
        }
    }

    /// <summary>Gives the body back as far as it was read.</summary>
    public void LetGo()
    {
        if (_borrowed)
        {
            _borrowed = false;
            reader.AdvanceTo(_buffer.Start, _buffer.End);
        }

        Dispose();
    }

    public void Dispose() => _joined?.Dispose();

    private ReadOnlyMemory<byte> Join(in GrpcFrame frame)
    {
        if (!frame.Compressed && frame.Payload.IsSingleSegment)
        {
            return frame.Payload.First;
        }

        _joined ??= new PayloadBuffer(limits.MessageSize);
        _joined.Clear();
        if (frame.Compressed)
        {
            GrpcCompression.Decompress(encoding, frame.Payload, _joined);
        }
        else
        {
            foreach (var segment in frame.Payload)
            {
                _joined.Write(segment.Span);
            }
        }

        return _joined.WrittenMemory;
    }
}
