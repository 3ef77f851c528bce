using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Planning;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>Accepts requests whose client prefers an event stream: GET as EventSource sends, or any method as fetch does.</summary>
internal sealed class SseEdge(CallDispatcher dispatcher) : IHttpEdge
{
    private const string LastEventId = "Last-Event-ID";

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
        var context = request.Context;
        var isSafe = HttpMethods.IsGet(request.Verb) || HttpMethods.IsHead(request.Verb);
        if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } cursor && !MayRestart(request, cursor, isSafe))
        {
            // EventSource stops for good at 204; the backend is not asked again. Source: WHATWG HTML §9.2.3.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return CallStatus.Ok;
        }

        BodyReader.AllowStreaming(context);
        CallPlan plan;
        IDisposable owner;
        Func<CancellationToken, ValueTask<Message?>> read;
        if (request.Plans.Opaque is { } opaque)
        {
            var messages = new OpaqueRequestMessages(context, request.Route.Limits, opaque);
            (plan, owner, read) = (opaque, messages, messages.ReadAsync);
        }
        else
        {
            var (target, refusal) = UrlTarget.Find(request);
            if (target is not { } found)
            {
                await UrlTarget.RefuseAsync(request, refusal!);
                return refusal!;
            }

            var messages = new UrlRequestMessages(request, found.Binding, streams: false);
            (plan, owner, read) = (found.Plan, messages, messages.ReadAsync);
        }

        var call = new SseServerCall(request, request.MakeHead(plan.MethodName, plan.Shape), isSafe, owner, read);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }

    /// <summary>A finished stream is never run again; an unfinished one only where running it twice is harmless.</summary>
    private static bool MayRestart(EdgeRequest request, string cursor, bool isSafe) =>
        !cursor.EndsWith(SseServerCall.FinishedSuffix, StringComparison.Ordinal) && isSafe && request.Route.Settings.Options.Sse.Resume == "restart";
}
