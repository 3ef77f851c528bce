using System.Buffers;
using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Gateway.Edges.Http;

/// <summary>A call answered with one JSON body: the message, or the status when it failed.</summary>
internal sealed class HttpServerCall : ServerCall
{
    private readonly EdgeRequest _request;
    private readonly UrlRequestMessages _messages;
    private readonly HttpResponseBody _body;

    public HttpServerCall(EdgeRequest request, HttpBinding binding, CallHead head)
    {
        _request = request;
        Head = head;
        _body = binding.Response;
        _messages = new UrlRequestMessages(request, binding, head.Shape.StreamsRequests());
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts => _body.IsHttpBody ? PayloadFormat.Protobuf : PayloadFormat.Json;

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => _messages.ReadAsync(cancellationToken);

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        ResponseHeaders.WritePrefixed(_request, head.Metadata);
        if (_request.Shaper is { } shaper)
        {
            return shaper.ShapeAsync(_request.Context, head);
        }

        ResponseHeaders.Write(_request.Context.Response.Headers, head.Metadata);
        return default;
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        // The relay writes a single answer only when its status is known to be OK: head and body leave in one piece.
        var response = _request.Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        var payload = message.Payload;
        if (_body.IsHttpBody)
        {
            (response.ContentType, payload) = _body.ReadHttpBody(payload);
        }
        else
        {
            response.ContentType = "application/json";
        }

        response.ContentLength = payload.Length;
        if (!HttpMethods.IsHead(_request.Context.Request.Method))
        {
            response.BodyWriter.Write(payload.Span);
        }

        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask<bool> TryAbandonAsync()
    {
        var response = _request.Context.Response;
        if (response.HasStarted || response.BodyWriter.UnflushedBytes > 0)
        {
            return new(false);
        }

        _messages.Dispose();
        return new(true);
    }

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        _messages.Dispose();
        ResponseHeaders.WriteTrailers(_request, status.Trailers, asHeaders: !_request.Context.Response.HasStarted);
        if (!status.IsOk && !Aborted.IsCancellationRequested)
        {
            await StatusResponse.WriteAsync(_request.Context, _request.Route, status);
        }
    }
}
