using System.Buffers;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Edges.Http;

/// <summary>A call of a route without schema, answered with one body: the message as it is, under the backend's own status and media type where it has them.</summary>
internal sealed class HttpOpaqueServerCall(EdgeRequest request, CallHead head, OpaqueRequestMessages messages) : ServerCall
{
    private ResponseHead _answer = ResponseHead.Empty;

    public override CallHead Head => head;

    public override PayloadFormat Accepts => PayloadFormat.Json;

    public override CancellationToken Aborted => request.Context.RequestAborted;

    /// <summary>A body carries anything.</summary>
    public override PayloadFormat AcceptsFor(PayloadFormat offered) => offered;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => messages.ReadAsync(cancellationToken);

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        _answer = head;
        if (request.Shaper is { } shaper)
        {
            return shaper.ShapeAsync(request.Context, head);
        }

        ResponseHeaders.Write(request.Context.Response.Headers, head.Metadata);
        return default;
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        // The relay writes a single answer only when its status is known to be OK: head and body leave in one piece.
        var response = request.Context.Response;
        response.StatusCode = _answer.HttpStatus == 0 ? StatusCodes.Status200OK : _answer.HttpStatus;
        if (ResponseHeaders.HasNoBody(response.StatusCode))
        {
            return default;
        }

        response.ContentType = _answer.ContentType is { } type && MetadataText.IsValue(type) ? type : JsonBytes.ContentType(message, request.Route.Limits.Depth);
        response.ContentLength = message.Payload.Length;
        if (!HttpMethods.IsHead(request.Context.Request.Method))
        {
            response.BodyWriter.Write(message.Payload.Span);
        }

        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask<bool> TryAbandonAsync()
    {
        if (request.Context.Response.HasStarted || request.Context.Response.BodyWriter.UnflushedBytes > 0)
        {
            return new(false);
        }

        messages.Dispose();
        return new(true);
    }

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        messages.Dispose();
        ResponseHeaders.WriteTrailers(request, status.Trailers, asHeaders: !request.Context.Response.HasStarted);
        if (!status.IsOk && !Aborted.IsCancellationRequested)
        {
            await StatusResponse.WriteAsync(request.Context, request.Route, status);
        }
    }
}
