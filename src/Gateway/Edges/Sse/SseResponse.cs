using System.IO.Pipelines;
using Gateway.Configuration;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>The answer as an event stream: its head, and a comment whenever it has been silent.</summary>
internal sealed class SseResponse(EdgeRequest request)
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

    protected override void WriteHeartbeat(PipeWriter writer) => SseWriter.WriteComment(writer, "ka"u8);

    private static TimeSpan Heartbeat(SseEdgeOptions options) =>
        options.Heartbeat > TimeSpan.Zero ? options.Heartbeat : Timeout.InfiniteTimeSpan;
}
