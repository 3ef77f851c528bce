using System.Buffers;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>One unary call of Connect: a request body or query, an answer body, trailers as headers.</summary>
internal sealed class ConnectServerCall : ServerCall
{
    private readonly EdgeRequest _request;
    private readonly GrpcMode _mode;
    private readonly string _encoding;
    private PayloadBuffer? _body;
    private PayloadBuffer? _inflated;
    private PayloadBuffer? _answer;
    private bool _isRead;

    public ConnectServerCall(EdgeRequest request, CallHead head, GrpcMode mode)
    {
        _request = request;
        _mode = mode;
        Head = head;
        Accepts = mode.Format!.Value;
        var headers = request.Context.Request.Headers;
        _encoding = mode.Wire == GrpcWire.ConnectGet ? ConnectQuery.EncodingOf(request.Context.Request.QueryString.Value)
            : headers.ContentEncoding.ToString() is { Length: > 0 } named ? named
            : "identity";
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts { get; }

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            return null;
        }

        _isRead = true;
        if (ConnectResponse.RefuseEncoding(_encoding) is { } refusal)
        {
            throw new CallException(refusal);
        }

        var limit = _request.Route.Limits.MessageSize;
        ReadOnlyMemory<byte> payload;
        if (_mode.Wire == GrpcWire.ConnectGet)
        {
            payload = ConnectQuery.MessageOf(_request.Context.Request.QueryString.Value)
                ?? throw new CallException(new CallStatus(StatusCode.InvalidArgument, "The query has no message: ?connect=v1&encoding=json&message=… is asked for, with base64=1 where it is base64.") { Origin = StatusOrigin.Client });
        }
        else
        {
            _body = new PayloadBuffer(limit);
            await BodyReader.ReadAsync(_request.Context, _body, limit, cancellationToken);
            payload = _body.WrittenMemory;
        }

        if (_encoding != "identity")
        {
            _inflated = new PayloadBuffer(limit);
            GrpcCompression.Decompress(_encoding, new ReadOnlySequence<byte>(payload), _inflated);
            payload = _inflated.WrittenMemory;
        }

        return new Message(payload, Accepts);
    }

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        if (_request.Shaper is { } shaper)
        {
            return shaper.ShapeAsync(_request.Context, head);
        }

        ResponseHeaders.Write(_request.Context.Response.Headers, head.Metadata);
        return default;
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        // Held until the trailers are known: they are headers here.
        var payload = message.Payload.Span;
        var response = _request.Context.Response;
        _answer = new PayloadBuffer(_request.Route.Limits.MessageSize);
        if (payload.Length >= AnswerEncoding.MinLength
            && AnswerEncoding.Choose(_request.Route.Settings.Options.Grpc.Compression, _encoding, _request.Context.Request.Headers.AcceptEncoding.ToString()) is { } encoding)
        {
            GrpcCompression.Compress(encoding, payload, _answer);
            response.Headers.ContentEncoding = encoding;
            response.Headers.Append("Vary", "Accept-Encoding");
        }
        else
        {
            _answer.Write(payload);
        }

        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask<bool> TryAbandonAsync()
    {
        LetGo();
        return new(true);
    }

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        try
        {
            if (Aborted.IsCancellationRequested)
            {
                return;
            }

            if (!status.IsOk)
            {
                await ConnectResponse.WriteErrorAsync(_request.Context, _request.Route, status);
                return;
            }

            var response = _request.Context.Response;
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = _mode.ContentType;
            ConnectResponse.WriteTrailers(response, status.Trailers);
            response.ContentLength = _answer!.Length;
            await response.BodyWriter.WriteAsync(_answer.WrittenMemory);
        }
        finally
        {
            LetGo();
        }
    }

    private void LetGo()
    {
        _body?.Dispose();
        _inflated?.Dispose();
        _answer?.Dispose();
    }
}
