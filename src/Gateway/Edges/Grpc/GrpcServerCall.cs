using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>One gRPC call as its client sees it.</summary>
internal sealed class GrpcServerCall : ServerCall, IDisposable
{
    private readonly EdgeRequest _request;
    private readonly GrpcMode _mode;
    private readonly EnvelopeReader _messages;
    private readonly PipeWriter _writer;
    private readonly CallLimits _limits;
    private readonly string? _answerEncoding;

    /// <summary>Null where messages leave as they are.</summary>
    private readonly EnvelopeWriter? _envelopes;
    private bool _headWritten;

    public GrpcServerCall(EdgeRequest request, CallHead head, GrpcMode mode)
    {
        _request = request;
        _mode = mode;
        Head = head;
        _limits = request.Route.Limits;
        _writer = request.Context.Response.BodyWriter;
        var headers = request.Context.Request.Headers;
        var encoding = headers[GrpcHeaders.Encoding].ToString() is { Length: > 0 } named ? named : "identity";
        _messages = new EnvelopeReader(request.Context.Request.BodyReader, _limits, encoding, mode.Format!.Value, GrpcResponse.RefuseEncoding(encoding));
        _answerEncoding = AnswerEncoding.Choose(request.Route.Settings.Options.Grpc.Compression, encoding, headers[GrpcHeaders.AcceptEncoding].ToString());
        _envelopes = _answerEncoding is null ? null : new EnvelopeWriter(_writer, _answerEncoding, isText: false, _limits.MessageSize);
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts => _mode.Format!.Value;

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => _messages.ReadAsync(cancellationToken);

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
        response.ContentType = _mode.ContentType;
        if (_answerEncoding is not null)
        {
            response.Headers[GrpcHeaders.Encoding] = _answerEncoding;
        }

        _headWritten = true;
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (_envelopes is null)
        {
            EnvelopeWriter.WritePlain(_writer, message.Payload.Span);
        }
        else
        {
            _envelopes.Write(message.Payload.Span);
        }

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
            GrpcResponse.WriteTrailersOnly(response, status, _mode.ContentType);
        }

        return default;
    }

    public void Dispose()
    {
        _messages.Dispose();
        _envelopes?.Dispose();
    }

    private void LetGo()
    {
        _messages.LetGo();
        _envelopes?.Dispose();
    }
}
