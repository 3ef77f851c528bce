using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Edges.Http;

/// <summary>A call answered with a stream of messages in the framing the client accepts. Source: PROTOCOLS §10.4.</summary>
internal sealed class HttpStreamServerCall : ServerCall
{
    private readonly EdgeRequest _request;
    private readonly Func<CancellationToken, ValueTask<Message?>> _read;
    private readonly IDisposable _messages;
    private readonly StreamFraming _framing;
    private readonly HttpResponseBody? _body;
    private readonly Response _response;
    private readonly bool _suppressBody;
    private bool _any;

    /// <param name="request">The request that is answered.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="framing">How messages are laid into the body.</param>
    /// <param name="body">What a message becomes; null on a route without schema.</param>
    /// <param name="messages">Owns what <paramref name="read"/> reads from; disposed here.</param>
    /// <param name="read">The next request message, or null.</param>
    public HttpStreamServerCall(
        EdgeRequest request, CallHead head, StreamFraming framing, HttpResponseBody? body, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
    {
        _request = request;
        Head = head;
        _framing = framing;
        _body = body is { IsHttpBody: true } ? body : null;
        _messages = messages;
        _read = read;
        _suppressBody = HttpMethods.IsHead(request.Context.Request.Method);
        _response = new Response(request.Context, request.Clock, request.Route.Settings.Options.Http.HeaderFlushDelay, framing);
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts => _framing switch
    {
        _ when _body is not null => PayloadFormat.Protobuf,
        StreamFraming.Raw => PayloadFormat.Binary,
        StreamFraming.TextLines => PayloadFormat.Text,
        _ => PayloadFormat.Json,
    };

    public override CancellationToken Aborted => _request.Context.RequestAborted;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => _read(cancellationToken);

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        if (_request.Shaper is { } shaper)
        {
            return shaper.ShapeAsync(_request.Context, head);
        }

        if (!_response.HasStarted)
        {
            ResponseHeaders.Write(_request.Context.Response.Headers, head.Metadata);
        }

        return default;
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var payload = message.Payload;
        if (_body is not null)
        {
            (_response.ContentType, payload) = _body.ReadHttpBody(payload);
        }

        await _response.TakeTurnAsync(cancellationToken);
        try
        {
            var writer = _response.Writer;
            if (!_suppressBody)
            {
                writer.Write(StreamFramings.Before(_framing, first: !_any));
                writer.Write(payload.Span);
                writer.Write(StreamFramings.After(_framing));
            }

            _any = true;
            if (writer.UnflushedBytes >= _request.Route.Limits.UnflushedBytes)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _response.EndTurn();
        }
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => _response.FlushAsync(cancellationToken);

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        _messages.Dispose();
        await using var response = _response;
        await response.CloseAsync();
        if (Aborted.IsCancellationRequested)
        {
            return;
        }

        if (!status.IsOk)
        {
            await FailAsync(status);
            return;
        }

        // A stream that ended well without a message still has a head.
        await response.TakeTurnAsync(CancellationToken.None);
        if (!_suppressBody)
        {
            response.Writer.Write(StreamFramings.Close(_framing, empty: !_any));
        }

        response.EndTurn();
    }

    private async ValueTask FailAsync(CallStatus status)
    {
        if (!_response.HasStarted)
        {
            await StatusResponse.WriteAsync(_request.Context, _request.Route, status);
            return;
        }

        if (!StreamFramings.CarriesErrors(_framing))
        {
            await _response.AbortAsync();
            return;
        }

        using var error = new PayloadBuffer(_request.Route.Limits.MessageSize);
        _request.Route.StatusWriter.Write(status, error);
        await _response.TakeTurnAsync(CancellationToken.None);
        var writer = _response.Writer;
        writer.Write("{\"error\":"u8);
        writer.Write(error.WrittenSpan);
        writer.Write("}\n"u8);
        _response.EndTurn();
    }

    private sealed class Response(HttpContext context, TimeProvider clock, TimeSpan headDelay, StreamFraming framing)
        : StreamingResponse(context, clock, headDelay, Timeout.InfiniteTimeSpan)
    {
        /// <summary>The media type; the first message may still say another before the head leaves.</summary>
        public string ContentType { get; set; } = StreamFramings.ContentType(framing);

        protected override void WriteHead(HttpResponse response, PipeWriter writer)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = ContentType;
            response.Headers.CacheControl = "no-cache, no-transform";
            response.Headers["X-Accel-Buffering"] = "no";
        }
    }
}
