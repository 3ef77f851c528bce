using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>One call of gRPC-Web, or of Connect with envelopes: frames both ways over any HTTP, and the end in a last frame.</summary>
internal sealed class WebServerCall : ServerCall, IDisposable
{
    private readonly EdgeRequest _request;
    private readonly GrpcMode _mode;
    private readonly EnvelopeReader _messages;
    private readonly EnvelopeWriter _envelopes;
    private readonly PipeWriter _writer;
    private readonly string? _answerEncoding;

    /// <summary>The bytes inside a body of base64; null where the body is bytes itself.</summary>
    private readonly PipeReader? _text;
    private bool _headWritten;

    public WebServerCall(EdgeRequest request, CallHead head, GrpcMode mode)
    {
        _request = request;
        _mode = mode;
        Head = head;
        Accepts = mode.Format!.Value;
        _writer = request.Context.Response.BodyWriter;
        var limits = request.Route.Limits;
        var headers = request.Context.Request.Headers;
        var encoding = Named(headers, mode.IsConnect ? ConnectHeaders.ContentEncoding : GrpcHeaders.Encoding);
        _answerEncoding = AnswerEncoding.Choose(
            request.Route.Settings.Options.Grpc.Compression, encoding, headers[mode.IsConnect ? ConnectHeaders.AcceptEncoding : GrpcHeaders.AcceptEncoding].ToString());
        var isText = mode.Wire == GrpcWire.WebText;
        _text = isText ? PipeReader.Create(new WebTextStream(request.Context.Request.Body)) : null;
        _messages = new EnvelopeReader(_text ?? request.Context.Request.BodyReader, limits, encoding, Accepts, mode.IsConnect ? ConnectResponse.RefuseEncoding(encoding) : GrpcResponse.RefuseEncoding(encoding));
        _envelopes = new EnvelopeWriter(_writer, _answerEncoding, isText, limits.MessageSize);
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts { get; }

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    private bool HasBody => _request.Context.Response.HasStarted || _writer.UnflushedBytes > 0;

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
            ResponseHeaders.Write(response.Headers, head.Metadata);
        }

        Open(response);
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _envelopes.Write(message.Payload.Span);
        if (_writer.UnflushedBytes >= _request.Route.Limits.UnflushedBytes)
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        // Before there is a head, a flush would rule a status in the headers out.
        if (_headWritten && (_writer.UnflushedBytes > 0 || !_request.Context.Response.HasStarted))
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }

    public override ValueTask<bool> TryAbandonAsync()
    {
        if (_headWritten || HasBody)
        {
            return new(false);
        }

        LetGo();
        return new(true);
    }

    public override ValueTask CompleteAsync(CallStatus status)
    {
        LetGo();
        if (!Aborted.IsCancellationRequested)
        {
            End(status);
        }

        Dispose();
        return default;
    }

    public void Dispose()
    {
        _messages.Dispose();
        _envelopes.Dispose();
    }

    private void LetGo()
    {
        _messages.LetGo();

        // It returns what it rented; the request's body is not its own to close.
        _text?.Complete();
    }

    private void End(CallStatus status)
    {
        var response = _request.Context.Response;
        if (!_headWritten && !HasBody)
        {
            if (!_mode.IsConnect)
            {
                // Without messages the end is in the headers. Source: gRPC-Web, "Trailers-Only".
                GrpcResponse.WriteTrailersOnly(response, status, _mode.ContentType);
                return;
            }

            Open(response);
        }

        using var frame = new PayloadBuffer(ConnectResponse.MaxEnd);
        if (_mode.IsConnect)
        {
            ConnectResponse.WriteEnd(frame, _request.Route, status);
        }
        else
        {
            GrpcWebFrames.WriteTrailers(frame, status);
        }

        _envelopes.WriteFrame(frame.WrittenSpan);
    }

    private void Open(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = _mode.ContentType;
        if (_answerEncoding is not null)
        {
            response.Headers[_mode.IsConnect ? ConnectHeaders.ContentEncoding : GrpcHeaders.Encoding] = _answerEncoding;
        }

        _request.Context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        _headWritten = true;
    }

    private static string Named(IHeaderDictionary headers, string name) => headers[name].ToString() is { Length: > 0 } encoding ? encoding : "identity";
}
