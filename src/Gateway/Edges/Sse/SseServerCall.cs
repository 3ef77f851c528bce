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
internal sealed class SseServerCall : StreamedServerCall
{
    /// <summary>How the id of a stream's last event ends: whoever comes back with it gets 204.</summary>
    public const string FinishedSuffix = ".end";

    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const int KeyLength = 8;

    private readonly SseEdgeOptions _options;
    private readonly bool _isSafe;
    private readonly byte[] _key;
    private long _sequence;

    public SseServerCall(
        EdgeRequest request, CallHead head, bool isSafe, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
        : base(request, head, new Response(request), messages, read)
    {
        _options = request.Route.Settings.Options.Sse;
        _isSafe = isSafe;
        _key = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString(Base32, KeyLength));
        Accepts = request.Plans.Opaque is null ? PayloadFormat.Json : PayloadFormat.Text;
    }

    public override PayloadFormat Accepts { get; }

    protected override bool CarriesErrors => true;

    protected override void WriteMessage(PipeWriter writer, in Message message)
    {
        SseWriter.WriteId(writer, _key, ++_sequence);
        if (message.Event is { } name)
        {
            SseWriter.WriteField(writer, "event"u8, name);
        }

        SseWriter.WriteData(writer, message.Payload.Span);
    }

    protected override void WriteEnd(PipeWriter writer, CallStatus status)
    {
        if (status.IsOk || !MayComeBack(status))
        {
            SseWriter.WriteField(writer, "id"u8, Encoding.ASCII.GetString(_key) + FinishedSuffix);
        }

        SseWriter.WriteField(writer, "event"u8, status.IsOk ? "end" : _options.ErrorEvent);
        using var data = new PayloadBuffer(Request.Route.Limits.MessageSize);
        if (status.IsOk)
        {
            SseTrailers.Write(data, status.Trailers);
        }
        else
        {
            Request.Route.StatusWriter.Write(status, data);
        }

        SseWriter.WriteData(writer, data.WrittenSpan);
    }

    /// <summary>True for a failure that a reconnect may mend, on a stream that may be run again.</summary>
    private bool MayComeBack(CallStatus status) =>
        status.Code == StatusCode.Unavailable && _isSafe && _options.Resume == "restart";

    private sealed class Response(EdgeRequest request)
        : StreamingResponse(request.Context, request.Clock, request.Route.Settings.Options.Http.HeaderFlushDelay, Heartbeat(request.Route.Settings.Options.Sse))
    {
        protected override void WriteHead(HttpResponse response, PipeWriter writer)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = SseTraits.ContentType;
            response.Headers.CacheControl = "no-cache, no-transform";
            response.Headers["X-Accel-Buffering"] = "no";
            SseWriter.WriteRetry(writer, (long)request.Route.Settings.Options.Sse.Retry.TotalMilliseconds);
        }

        private static TimeSpan Heartbeat(SseEdgeOptions options) =>
            options.Heartbeat > TimeSpan.Zero ? options.Heartbeat : Timeout.InfiniteTimeSpan;

        protected override void WriteHeartbeat(PipeWriter writer) => SseWriter.WriteComment(writer, "ka"u8);
    }
}
