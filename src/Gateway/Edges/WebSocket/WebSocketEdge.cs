using Gateway.Dispatch;
using Gateway.Security;
using Microsoft.AspNetCore.Http.Timeouts;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>Accepts WebSockets, by the HTTP/1.1 upgrade or by extended CONNECT: one call per socket, or many in an envelope.</summary>
internal sealed class WebSocketEdge(CallDispatcher dispatcher) : IHttpEdge
{
    /// <summary>Verbs under which a path is looked for: a handshake is always a GET, whatever the method's rule says.</summary>
    private static readonly string[] Verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public string Name => WebSocketTraits.Name;

    public bool IsNegotiable => false;

    public bool Claims(HttpContext context) => Upgrades.IsAskedFor(context.Request) && context.WebSockets.IsWebSocketRequest;

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status) =>
        StatusResponse.WriteAsync(context, route, status);

    public async Task<CallStatus> HandleAsync(EdgeRequest request)
    {
        var context = request.Context;
        var options = request.Route.Settings.Options.WebSocket;

        // 1. Everything that can be refused is refused before the upgrade, as a real HTTP status.
        if (!OriginCheck.Passes(context.Request, options.AllowedOrigins))
        {
            return await RefuseWithAsync(context, request.Route, new CallStatus(StatusCode.PermissionDenied, "This origin may not open a WebSocket here; see Options:WebSocket:AllowedOrigins.") { Origin = StatusOrigin.Client });
        }

        var offer = Subprotocols.Read(context.WebSockets.WebSocketRequestedProtocols);
        if (offer.Token is not null && context.Request.Headers.Authorization.Count == 0)
        {
            context.Request.Headers.Authorization = "Bearer " + offer.Token;
        }

        UrlTarget? target = null;
        if (request.Plans.Opaque is null)
        {
            var (found, refusal) = Find(request);
            if (found is null && !offer.IsEnvelope)
            {
                await UrlTarget.RefuseAsync(request, refusal!);
                return refusal!;
            }

            target = found;
        }

        // 2. The upgrade.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        if (request.Shaper is { } shaper)
        {
            // The handshake's answer is the only one with headers: the affinity cookie leaves with it.
            await shaper.ShapeAsync(context, ResponseHead.Empty);
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = offer.Answer,
            KeepAliveInterval = options.PingInterval,
            KeepAliveTimeout = options.PongTimeout,
        });
        await using var connection = new WebSocketConnection(socket, options.MaxMessageSize ?? request.Route.Limits.MessageSize, request.Clock);

        // 3. One call, or many.
        if (offer.IsEnvelope)
        {
            return await new EnvelopeSession(request, connection, dispatcher, target).RunAsync();
        }

        var plan = target?.Plan ?? request.Plans.Opaque!;
        var first = target is { } url ? new FirstMessage(request.Route.Limits, url.Binding, request.Target, request.PathLength) : null;
        var call = new RawWebSocketCall(request, request.MakeHead(plan.MethodName, plan.Shape), connection, first);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
    }

    private static (UrlTarget? Target, CallStatus? Refusal) Find(EdgeRequest request)
    {
        CallStatus? refusal = null;
        foreach (var verb in Verbs)
        {
            var (target, why) = UrlTarget.Find(request.Route, request.Plans, verb, request.Path);
            if (target is not null)
            {
                return (target, null);
            }

            // The first word counts, unless a later verb knows the path and says more.
            refusal = refusal is null || why!.HttpStatus is 0 ? why : refusal;
        }

        return (null, refusal);
    }

    private static async Task<CallStatus> RefuseWithAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        await StatusResponse.WriteAsync(context, route, status);
        return status;
    }
}
