using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Edges.Http;

/// <summary>A call answered with a stream of messages in the framing the client accepts. Source: PROTOCOLS §10.4.</summary>
internal sealed class HttpStreamServerCall : StreamedServerCall
{
    private readonly StreamFraming _framing;
    private readonly HttpResponseBody? _body;
    private readonly Response _response;
    private bool _any;

    /// <param name="request">The request that is answered.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="framing">How messages are laid into the body.</param>
    /// <param name="body">What a message becomes; null on a route without schema.</param>
    /// <param name="messages">Owns what <paramref name="read"/> reads from; disposed here.</param>
    /// <param name="read">The next request message, or null.</param>
    public HttpStreamServerCall(
        EdgeRequest request, CallHead head, StreamFraming framing, HttpResponseBody? body, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
        : this(request, head, framing, body, new Response(request.Context, request.Clock, request.Route.Settings.Options.Http.HeaderFlushDelay, framing), messages, read)
    {
    }

    private HttpStreamServerCall(
        EdgeRequest request, CallHead head, StreamFraming framing, HttpResponseBody? body, Response response, IDisposable messages,
        Func<CancellationToken, ValueTask<Message?>> read)
        : base(request, head, response, messages, read)
    {
        _framing = framing;
        _body = body is { IsHttpBody: true } ? body : null;
        _response = response;
    }

    public override PayloadFormat Accepts => _framing switch
    {
        _ when _body is not null => PayloadFormat.Protobuf,
        StreamFraming.Raw => PayloadFormat.Binary,
        StreamFraming.TextLines => PayloadFormat.Text,
        _ => PayloadFormat.Json,
    };

    protected override bool CarriesErrors => StreamFramings.CarriesErrors(_framing);

    protected override Message Unwrap(in Message message)
    {
        if (_body is null)
        {
            return message;
        }

        (_response.ContentType, var payload) = _body.ReadHttpBody(message.Payload);
        return message with { Payload = payload };
    }

    protected override void WriteMessage(PipeWriter writer, in Message message)
    {
        if (!SuppressesBody)
        {
            writer.Write(StreamFramings.Before(_framing, first: !_any));
            writer.Write(message.Payload.Span);
            writer.Write(StreamFramings.After(_framing));
        }

        _any = true;
    }

    protected override void WriteEnd(PipeWriter writer, CallStatus status)
    {
        if (status.IsOk)
        {
            writer.Write(StreamFramings.Close(_framing, empty: !_any));
            return;
        }

        using var error = new PayloadBuffer(Request.Route.Limits.MessageSize);
        Request.Route.StatusWriter.Write(status, error);
        writer.Write("{\"error\":"u8);
        writer.Write(error.WrittenSpan);
        writer.Write("}\n"u8);
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
