using Gateway.Dispatch;
using Gateway.Sessions;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>Accepts requests whose client prefers an event stream: GET as EventSource sends, or any method as fetch does.</summary>
internal sealed class SseEdge(CallDispatcher dispatcher, ReplayTable table) : IHttpEdge
{
    private const string LastEventId = "Last-Event-ID";

    private static readonly CallStatus BadId =
        new(StatusCode.InvalidArgument, "Last-Event-ID is no id of this server.") { Origin = StatusOrigin.Client };

    private readonly SseHeldStreams _held = new(dispatcher, table);

    public string Name => SseTraits.Name;

    public bool IsNegotiable => true;

    public bool Claims(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        if (!AcceptHeader.Names(accept, SseTraits.ContentType))
        {
            return false;
        }

        var events = AcceptHeader.Quality(accept, SseTraits.ContentType);
        var json = AcceptHeader.Names(accept, "application/json") ? AcceptHeader.Quality(accept, "application/json") : 0;
        return events > json || (events == json && accept.IndexOf(SseTraits.ContentType, StringComparison.OrdinalIgnoreCase)
            < accept.IndexOf("application/json", StringComparison.OrdinalIgnoreCase));
    }

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status) =>
        StatusResponse.WriteAsync(context, route, status);

    public async Task<CallStatus> HandleAsync(EdgeRequest request)
    {
        var id = request.Context.Request.Headers[LastEventId].ToString();
        var resume = request.Route.Settings.Options.Sse.Resume;
        if (SseCursor.IsFinished(id))
        {
            if (resume == "buffer")
            {
                _held.Release(request, id);
            }

            return NoMore(request);
        }

        if (resume == "buffer" && id.Length > 0)
        {
            return await _held.ResumeAsync(request, id);
        }

        BodyReader.AllowStreaming(request.Context, request.Route);
        var (messages, refusal) = SseRequestMessages.Find(request);
        if (messages is null)
        {
            await UrlTarget.RefuseAsync(request, refusal!);
            return refusal!;
        }

        return resume == "buffer" ? await _held.BeginAsync(request, messages) : await RunAsync(request, messages, id, resume);
    }

    /// <summary>Runs a call that lives as long as its connection; with an id it goes on where the backend knows how, else from the beginning.</summary>
    private async Task<CallStatus> RunAsync(EdgeRequest request, SseRequestMessages messages, string id, string resume)
    {
        // An id of our own says no backend anything: only that this call has run before.
        var isOwn = id.Length == 0 || SseCursor.TryParse(id, out _, out _);
        var field = messages.Field;
        var isSafe = HttpMethods.IsGet(request.Verb) || HttpMethods.IsHead(request.Verb);
        if (id.Length > 0 && (resume == "none" || (!isSafe && (field is null || isOwn))))
        {
            messages.Dispose();
            return NoMore(request);
        }

        string? cursor = null;
        if (!isOwn && !SseCursor.TryDecode(id, out cursor))
        {
            messages.Dispose();
            await StatusResponse.WriteAsync(request.Context, request.Route, BadId);
            return BadId;
        }

        if (field is not null && cursor is not null)
        {
            messages.ResumeAfter(cursor);
        }

        var plan = messages.Plan;
        var mayComeBack = resume != "none" && (isSafe || field is not null);
        var events = new SseEventWriter(request.Route, field, mayComeBack, secretKey: null);
        var head = request.MakeHead(plan.MethodName, plan.Shape, field is null ? cursor : null);
        var call = new SseServerCall(request, head, events, messages, messages.ReadAsync);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }

    /// <summary>EventSource stops for good at 204; the backend is not asked again. Source: WHATWG HTML §9.2.3.</summary>
    private static CallStatus NoMore(EdgeRequest request)
    {
        request.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        return CallStatus.Ok;
    }
}
