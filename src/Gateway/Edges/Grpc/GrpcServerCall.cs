using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>One gRPC call as its client sees it.</summary>
internal sealed class GrpcServerCall : ServerCall, IDisposable
{
    private readonly EdgeRequest _request;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly CallLimits _limits;
    private readonly string _encoding;
    private PayloadBuffer? _joined;
    private ReadOnlySequence<byte> _buffer;
    private bool _borrowed;
    private bool _completed;
    private bool _headWritten;

    public GrpcServerCall(EdgeRequest request, CallHead head)
    {
        _request = request;
        Head = head;
        _limits = request.Route.Limits;
        _reader = request.Context.Request.BodyReader;
        _writer = request.Context.Response.BodyWriter;
        _encoding = request.Context.Request.Headers[GrpcHeaders.Encoding].ToString() is { Length: > 0 } named ? named : "identity";
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts => PayloadFormat.Protobuf;

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!GrpcCompression.IsSupported(_encoding))
        {
            var offered = new CallMetadata(1);
            offered.Add(GrpcHeaders.AcceptEncoding, GrpcCompression.Accepted);
            throw new CallException(new CallStatus(StatusCode.Unimplemented, $"grpc-encoding '{_encoding}' is not supported; {GrpcCompression.Accepted} are.") { Trailers = offered, Origin = StatusOrigin.Client });
        }

        while (true)
        {
            if (_borrowed && GrpcFrameReader.TryRead(ref _buffer, _limits.MessageSize, out var frame))
            {
                return new Message(Join(frame), PayloadFormat.Protobuf);
            }

            if (_borrowed)
            {
                _borrowed = false;
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
                if (_completed)
                {
                    return _buffer.IsEmpty
                        ? null
                        : throw new CallException(new CallStatus(StatusCode.Internal, "The request ends inside a message.") { Origin = StatusOrigin.Client });
                }
            }

            var result = await BodyReader.ReadAsync(_reader, cancellationToken);
            _buffer = result.Buffer;
            _borrowed = true;
            _completed = result.IsCompleted;
        }
    }

    public override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        var response = _request.Context.Response;
        if (_request.Shaper is { } shaper)
        {
            await shaper.ShapeAsync(_request.Context, head);
        }
        else
        {
            GrpcResponse.WriteMetadata(response.Headers, head.Metadata);
        }

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcHeaders.ContentType;
        _headWritten = true;
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var payload = message.Payload.Span;
        var span = _writer.GetSpan(GrpcFrameReader.PrefixLength);
        GrpcFrameReader.WritePrefix(span, payload.Length);
        _writer.Advance(GrpcFrameReader.PrefixLength);
        _writer.Write(payload);
        if (_writer.UnflushedBytes >= _limits.UnflushedBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        // Before there is a head, a flush would rule trailers-only out.
        if (_headWritten && (_writer.UnflushedBytes > 0 || !_request.Context.Response.HasStarted))
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }

    public override ValueTask<bool> TryAbandonAsync()
    {
        if (_headWritten || _request.Context.Response.HasStarted || _writer.UnflushedBytes > 0)
        {
            return new(false);
        }

        LetGo();
        return new(true);
    }

    public override ValueTask CompleteAsync(CallStatus status)
    {
        LetGo();
        var response = _request.Context.Response;
        if (response.HasStarted || _writer.UnflushedBytes > 0)
        {
            GrpcResponse.WriteTrailers(response, status);
        }
        else
        {
            // Not StartAsync here: an answer without messages must leave as trailers-only.
            GrpcResponse.WriteTrailersOnly(response, status);
        }

        return default;
    }

    public void Dispose() => _joined?.Dispose();

    private void LetGo()
    {
        if (_borrowed)
        {
            _borrowed = false;
            _reader.AdvanceTo(_buffer.Start, _buffer.End);
        }

        Dispose();
    }

    private ReadOnlyMemory<byte> Join(in GrpcFrame frame)
    {
        if (!frame.Compressed && frame.Payload.IsSingleSegment)
        {
            return frame.Payload.First;
        }

        _joined ??= new PayloadBuffer(_limits.MessageSize);
        _joined.Clear();
        if (frame.Compressed)
        {
            GrpcCompression.Decompress(_encoding, frame.Payload, _joined);
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
