using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>One gRPC call on a shared HTTP/2 connection. Source: gRPC over HTTP/2.</summary>
internal sealed class GrpcClientCall : ClientCall
{
    private static readonly MediaTypeHeaderValue GrpcMediaType = new(GrpcHeaders.ContentType);

    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly Uri _target;
    private readonly CallLimits _limits;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _cancellationToken;

    private byte[]? _frame;
    private StreamedRequest? _body;
    private Task<HttpResponseMessage>? _sending;

    private HttpResponseMessage? _response;
    private Stream? _responses;
    private readonly GrpcFrameBuffer _frames;
    private CallStatus? _status;

    public GrpcClientCall(CallHead head, Destination destination, Uri target, CallLimits limits, TimeProvider clock, CancellationToken cancellationToken)
    {
        _head = head;
        _destination = destination;
        _target = target;
        _limits = limits;
        _clock = clock;
        _cancellationToken = cancellationToken;
        _frames = new GrpcFrameBuffer(limits.MessageSize);
        if (head.Shape.StreamsRequests())
        {
            _body = new StreamedRequest(cancellationToken);
            Send(_body);
            _body.SentBy(_sending!);
        }
    }

    public override PayloadFormat Format => PayloadFormat.Protobuf;

    public override CallStatus Status => _status ?? throw new InvalidOperationException("The call has not ended.");

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        var payload = message.Payload.Span;
        if (_body is null)
        {
            // 1. A single message: the request leaves whole.
            _frame = ArrayPool<byte>.Shared.Rent(GrpcFrameReader.PrefixLength + payload.Length);
            GrpcFrameReader.WritePrefix(_frame, payload.Length);
            payload.CopyTo(_frame.AsSpan(GrpcFrameReader.PrefixLength));
            Send(new GrpcUnaryContent(_frame.AsMemory(0, GrpcFrameReader.PrefixLength + payload.Length)));
            return default;
        }

        // 2. One of many: framed into the open body.
        return WriteFrameAsync(message.Payload, last, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) =>
        _body is { Unflushed: > 0 } ? _body.FlushAsync(cancellationToken) : default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => _body?.HalfCloseAsync(cancellationToken) ?? default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (_sending is null)
        {
            throw new InvalidOperationException("The request message comes before the answer's head.");
        }

        try
        {
            _response = await _sending;
        }
        catch (Exception e) when (e is not OperationCanceledException || !_cancellationToken.IsCancellationRequested)
        {
            _status = GrpcFailure.ToStatus(e, started: false);
            return ResponseHead.Empty;
        }

        if (GrpcFailure.OfResponse(_response) is { } refusal)
        {
            _status = refusal;
            return ResponseHead.Empty;
        }

        return ReadHead(_response);
    }

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_status is not null)
        {
            return new((Message?)null);
        }

        try
        {
            return _frames.TryRead(out var message) ? new(message) : ReadMoreAsync(cancellationToken);
        }
        catch (CallException e)
        {
            Refuse(e.Status);
            return new((Message?)null);
        }
    }

    public override ValueTask DisposeAsync()
    {
        // An unread body resets the stream, which is how gRPC cancels.
        _response?.Dispose();
        _body?.Close();
        if (_response is null && _sending is { IsCompletedSuccessfully: true })
        {
            _sending.Result.Dispose();
        }
        else if (_response is null)
        {
            _sending?.ContinueWith(
                static sent => { if (sent.IsCompletedSuccessfully) { sent.Result.Dispose(); } else { _ = sent.Exception; } },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        // The frame may still be on its way out when the call ended early: only a call that ended in order gives it back.
        if (_frame is not null && _status is not null)
        {
            ArrayPool<byte>.Shared.Return(_frame);
        }

        _frame = null;
        _frames.Dispose();
        return default;
    }

    private void Send(HttpContent content)
    {
        content.Headers.ContentType = GrpcMediaType;
        var request = new HttpRequestMessage(HttpMethod.Post, _target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, GrpcCompression.Accepted);
        if (_head.Deadline.IsSet)
        {
            headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(_head.Deadline.Remaining(_clock)));
        }

        foreach (ref readonly var entry in _head.Metadata.AsSpan())
        {
            headers.TryAddWithoutValidation(entry.Key, entry.Value);
        }

        _sending = _destination.Invoker!.SendAsync(request, _cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteFrameAsync(ReadOnlyMemory<byte> payload, bool last, CancellationToken cancellationToken)
    {
        var length = GrpcFrameReader.PrefixLength + payload.Length;
        var frame = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            GrpcFrameReader.WritePrefix(frame, payload.Length);
            payload.Span.CopyTo(frame.AsSpan(GrpcFrameReader.PrefixLength));
            await _body!.WriteAsync(frame.AsMemory(0, length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }

        if (last)
        {
            _body.Close();
        }
        else if (_body.Unflushed >= _limits.UnflushedBytes)
        {
            await _body.FlushAsync(cancellationToken);
        }
    }

    private ResponseHead ReadHead(HttpResponseMessage response)
    {
        CallMetadata? metadata = null;
        var trailersOnly = new GrpcStatusReader();
        foreach (var header in response.Headers.NonValidated)
        {
            foreach (var value in header.Value)
            {
                if (header.Key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
                {
                    if (header.Key.Equals(GrpcHeaders.Encoding, StringComparison.OrdinalIgnoreCase))
                    {
                        _frames.Encoding = value;
                    }
                    else
                    {
                        trailersOnly.Add(header.Key, value);
                    }
                }
                else if (!ReservedMetadata.Contains(header.Key))
                {
                    (metadata ??= new CallMetadata(4)).Add(header.Key, value);
                }
            }
        }

        if (trailersOnly.HasStatus)
        {
            // Trailers-Only: the one header block is head and end at once, and its metadata is trailing metadata.
            foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
            {
                trailersOnly.Add(entry.Key, entry.Value);
            }

            _status = trailersOnly.ToStatus();
            return ResponseHead.Empty;
        }

        _responses = response.Content.ReadAsStream(_cancellationToken);
        return metadata is null ? ResponseHead.Empty : new ResponseHead { Metadata = metadata };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> ReadMoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await _responses!.ReadAsync(_frames.GetMemory(), cancellationToken);
                if (read == 0)
                {
                    _status = End();
                    return null;
                }

                _frames.Advance(read);
                if (_frames.TryRead(out var message))
                {
                    return message;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _status = GrpcFailure.ToStatus(e, started: true);
            return null;
        }
        catch (CallException e)
        {
            Refuse(e.Status);
            return null;
        }
    }

    /// <summary>Ends the call over an answer that cannot be taken. The request may still be on its way out: its frame is not given back.</summary>
    private void Refuse(CallStatus status)
    {
        _frame = null;
        _status = GrpcFailure.OfAnswer(status);
    }

    private CallStatus End()
    {
        if (!_frames.IsEmpty)
        {
            return new CallStatus(StatusCode.Internal, "The backend ended its answer inside a message.") { HttpStatus = 502, Origin = StatusOrigin.Backend };
        }

        var reader = new GrpcStatusReader();
        foreach (var trailer in _response!.TrailingHeaders.NonValidated)
        {
            foreach (var value in trailer.Value)
            {
                reader.Add(trailer.Key, value);
            }
        }

        return reader.HasStatus
            ? reader.ToStatus()
            : new CallStatus(StatusCode.Internal, "The backend ended its answer without grpc-status.") { HttpStatus = 502, Origin = StatusOrigin.Backend };
    }
}
