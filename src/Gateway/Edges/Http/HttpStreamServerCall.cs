using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Edges.Http;

/// <summary>A call answered with a stream of messages in the framing the client accepts. Source: PROTOCOLS §10.4.</summary>
internal sealed class HttpStreamServerCall : StreamedServerCall
{
    private readonly HttpResponseBody? _body;
    private readonly Response _response;
    private readonly bool _isOpaque;
    private StreamFraming _framing;
    private bool _any;

    /// <param name="request">The request that is answered.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="framing">How messages are laid into the body.</param>
    /// <param name="body">What a message becomes; null on a route without schema.</param>
    /// <param name="messages">Owns what <paramref name="read"/> reads from; disposed here.</param>
    /// <param name="read">The next request message, or null.</param>
    public HttpStreamServerCall(
        EdgeRequest request, CallHead head, StreamFraming framing, HttpResponseBody? body, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
        : this(request, head, framing, body, new Response(request.Context, request.Clock, HeadDelay(request, body), framing), messages, read)
    {
    }

    private HttpStreamServerCall(
        EdgeRequest request, CallHead head, StreamFraming framing, HttpResponseBody? body, Response response, IDisposable messages,
        Func<CancellationToken, ValueTask<Message?>> read)
        : base(request, head, response, messages, read)
    {
        _framing = framing;
        _body = body is { IsHttpBody: true } ? body : null;
        _isOpaque = body is null;
        _response = response;
    }

    public override PayloadFormat Accepts => _framing switch
    {
        _ when _body is not null => PayloadFormat.Protobuf,
        StreamFraming.Raw => PayloadFormat.Binary,
        StreamFraming.TextLines => PayloadFormat.Text,
        _ => PayloadFormat.Json,
    };

    /// <summary>Where the backend says how its answer opens, its head is waited for: 200 sent in the meantime might be a lie.</summary>
    private static TimeSpan HeadDelay(EdgeRequest request, HttpResponseBody? body) =>
        body is null && request.Plans.Opaque is { Backend.AnswersWithHead: true }
            ? Timeout.InfiniteTimeSpan
            : request.Route.Settings.Options.Http.HeaderFlushDelay;

    protected override bool CarriesErrors => StreamFramings.CarriesErrors(_framing);

    /// <summary>Without a schema an answer that says its status or type leaves as it is: no envelope around what may be a picture.</summary>
    protected override bool TakeHead(ResponseHead head)
    {
        if (!_isOpaque || (head.HttpStatus == 0 && head.ContentType is null))
        {
            return false;
        }

        _response.ContentType = head.ContentType;
        _framing = StreamFraming.Raw;
        _response.HttpStatus = head.HttpStatus;
        _response.IsOwn = head.HttpStatus != 0;
        return head.HttpStatus != 0;
    }

    protected override Message Unwrap(in Message message)
    {
        if (_body is null)
        {
            return message;
        }

        (var contentType, var payload) = _body.ReadHttpBody(message.Payload);
        _response.ContentType = contentType;
        return message with { Payload = payload };
    }

    protected override void WriteMessage(PipeWriter writer, in Message message)
    {
        if (!SuppressesBody && !_response.HasNoBody)
        {
            writer.Write(StreamFramings.Before(_framing, first: !_any));
            writer.Write(message.Payload.Span);
            writer.Write(StreamFramings.After(_framing));
        }

        _any = true;
    }

    protected override void WriteEnd(PipeWriter writer, CallStatus status)
    {
        ResponseHeaders.WriteTrailers(Request, status.Trailers, asHeaders: false);
        if (status.IsOk)
        {
            writer.Write(StreamFramings.Close(_framing, empty: !_any));
            return;
        }

        using var error = new PayloadBuffer(Request.Route.Limits.MessageSize);
        Request.Route.StatusWriter.Write(status, StatusResponse.FormOf(Request.Context, Request.Route, status), error);
        writer.Write(StreamFramings.BeforeError(_framing));
        writer.Write(error.WrittenSpan);
        writer.Write(StreamFramings.AfterError(_framing));
    }

    private sealed class Response(HttpContext context, TimeProvider clock, TimeSpan headDelay, StreamFraming framing)
        : StreamingResponse(context, clock, headDelay, Timeout.InfiniteTimeSpan)
    {
        /// <summary>The media type; the first message may still say another before the head leaves. Null for an answer that has none.</summary>
        public string? ContentType { get; set; } = StreamFramings.ContentType(framing);

        /// <summary>The backend's own status; zero for 200.</summary>
        public int HttpStatus { get; set; }

        /// <summary>The head is the backend's own: the gateway adds nothing to it.</summary>
        public bool IsOwn { get; set; }

        public bool HasNoBody => ResponseHeaders.HasNoBody(HttpStatus);

        protected override void WriteHead(HttpResponse response, PipeWriter writer)
        {
            response.StatusCode = HttpStatus == 0 ? StatusCodes.Status200OK : HttpStatus;
            response.ContentType = ContentType;
            if (!IsOwn)
            {
                response.Headers.CacheControl = "no-cache, no-transform";
                response.Headers["X-Accel-Buffering"] = "no";
            }
        }
    }
}
