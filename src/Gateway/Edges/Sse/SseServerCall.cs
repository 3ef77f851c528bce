using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>A call answered as an event stream. Source: PROTOCOLS §10.4 (SSE edge); WHATWG HTML §9.2.</summary>
/// <remarks>
/// Every message is an event with an id `key.n`. The stream ends with an `end` event, or with an `error` event; a failure that
/// a reconnect may mend carries no id, so that EventSource comes back with the last one.
/// </remarks>
internal sealed class SseServerCall : ServerCall
{
    /// <summary>How the id of a stream's last event ends: whoever comes back with it gets 204.</summary>
    public const string FinishedSuffix = ".end";

    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const int KeyLength = 8;

    private readonly EdgeRequest _request;
    private readonly SseEdgeOptions _options;
    private readonly bool _isSafe;
    private readonly IDisposable _messages;
    private readonly Func<CancellationToken, ValueTask<Message?>> _read;
    private readonly Response _response;
    private readonly byte[] _key;
    private readonly bool _suppressBody;
    private long _sequence;

    public SseServerCall(
        EdgeRequest request, CallHead head, bool isSafe, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
    {
        _request = request;
        _options = request.Route.Settings.Options.Sse;
        _isSafe = isSafe;
        _messages = messages;
        _read = read;
        _key = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString(Base32, KeyLength));
        _suppressBody = HttpMethods.IsHead(request.Context.Request.Method);
        Head = head;
        Accepts = request.Plans.Opaque is null ? PayloadFormat.Json : PayloadFormat.Text;
        _response = new Response(request.Context, request.Clock, request.Route.Settings.Options.Http.HeaderFlushDelay, _options);
    }

    public override CallHead Head { get; }

    public override PayloadFormat Accepts { get; }

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
        await _response.TakeTurnAsync(cancellationToken);
        try
        {
            var writer = _response.Writer;
            SseWriter.WriteId(writer, _key, ++_sequence);
            if (message.Event is { } name)
            {
                SseWriter.WriteField(writer, "event"u8, name);
            }

            SseWriter.WriteData(writer, message.Payload.Span);
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

        if (!status.IsOk && !response.HasStarted)
        {
            await StatusResponse.WriteAsync(_request.Context, _request.Route, status);
            return;
        }

        await response.TakeTurnAsync(CancellationToken.None);
        if (!_suppressBody)
        {
            WriteEnd(response.Writer, status);
        }

        response.EndTurn();
    }

    private void WriteEnd(PipeWriter writer, CallStatus status)
    {
        if (status.IsOk || !MayComeBack(status))
        {
            SseWriter.WriteField(writer, "id"u8, Encoding.ASCII.GetString(_key) + FinishedSuffix);
        }

        SseWriter.WriteField(writer, "event"u8, status.IsOk ? "end" : _options.ErrorEvent);
        using var data = new PayloadBuffer(_request.Route.Limits.MessageSize);
        if (status.IsOk)
        {
            SseTrailers.Write(data, status.Trailers);
        }
        else
        {
            _request.Route.StatusWriter.Write(status, data);
        }

        SseWriter.WriteData(writer, data.WrittenSpan);
    }

    /// <summary>True for a failure that a reconnect may mend, on a stream that may be run again.</summary>
    private bool MayComeBack(CallStatus status) =>
        status.Code == StatusCode.Unavailable && _isSafe && _options.Resume == "restart";

    private sealed class Response(HttpContext context, TimeProvider clock, TimeSpan headDelay, SseEdgeOptions options)
        : StreamingResponse(context, clock, headDelay, options.Heartbeat > TimeSpan.Zero ? options.Heartbeat : Timeout.InfiniteTimeSpan)
    {
        protected override void WriteHead(HttpResponse response, PipeWriter writer)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = SseTraits.ContentType;
            response.Headers.CacheControl = "no-cache, no-transform";
            response.Headers["X-Accel-Buffering"] = "no";
            SseWriter.WriteRetry(writer, (long)options.Retry.TotalMilliseconds);
        }

        protected override void WriteHeartbeat(PipeWriter writer) => SseWriter.WriteComment(writer, "ka"u8);
    }
}
