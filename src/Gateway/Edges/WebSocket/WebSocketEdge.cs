using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Security;
using Transcoders.Calls;
using Transcoders.Planning;
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

        var offer = Subprotocols.Read(context.WebSockets.WebSocketRequestedProtocols, name => Serves(request, name));
        if (offer.Token is not null && context.Request.Headers.Authorization.Count == 0)
        {
            context.Request.Headers.Authorization = "Bearer " + offer.Token;
        }

        UrlTarget? target = null;
        if (request.Plans.Opaque is null && offer.Chosen != Subprotocols.GrpcWebSockets)
        {
            var (found, refusal) = Find(request);
            if (found is null && !offer.IsEnvelope)
            {
                await UrlTarget.RefuseAsync(request, refusal!);
                return refusal!;
            }

            target = found;
        }

        // 2. One call, or many; whoever first needs the socket grants the upgrade.
        return offer.Chosen switch
        {
            Subprotocols.Envelope => await RunEnvelopeAsync(request, target),
            Subprotocols.GrpcWebSockets => await RunGrpcAsync(request),
            Subprotocols.ExecV5 or Subprotocols.ExecV4 => await RunExecAsync(request, offer.Chosen),
            _ => await RunRawAsync(request, offer.Answer, target),
        };
    }

    /// <summary>True for a subprotocol that the route lists and that what is behind it can speak.</summary>
    private static bool Serves(EdgeRequest request, string name)
    {
        if (!request.Route.Settings.Options.WebSocket.Subprotocols.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        return name switch
        {
            Subprotocols.Envelope => true,
            Subprotocols.GrpcWebSockets => request.Plans.Opaque is null,
            Subprotocols.ExecV5 or Subprotocols.ExecV4 => request.Plans.Opaque is { Backend.HasProcessStreams: true },
            _ => false,
        };
    }

    private async Task<CallStatus> RunRawAsync(EdgeRequest request, string? answer, UrlTarget? target)
    {
        var options = request.Route.Settings.Options.WebSocket;
        var plan = target?.Plan ?? request.Plans.Opaque!;
        var first = target is { } url ? new FirstMessage(request.Route.Limits, url.Binding, request.Target, request.PathLength) : null;
        if (IsPerMessage(plan, options))
        {
            using (first)
            {
                await using var socket = new WebSocketHandshake(request, answer, options.MaxQueued);
                return await new MessageSession(request, socket, dispatcher, plan, first).RunAsync();
            }
        }

        var mode = RawCallMode.Of(plan, options);
        await using var handshake = new WebSocketHandshake(request, answer);
        var companion = mode.IsSubscription && options.Companion is { } path ? new CompanionCalls(request, dispatcher, plan, path) : null;
        using var call = new RawWebSocketCall(request, mode.Shape(request.MakeHead(plan.MethodName, plan.Shape), options), handshake, mode, first, companion);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
    }

    private async Task<CallStatus> RunEnvelopeAsync(EdgeRequest request, UrlTarget? target)
    {
        await using var handshake = new WebSocketHandshake(request, Subprotocols.Envelope);
        try
        {
            return await new EnvelopeSession(request, await handshake.AcceptAsync(), dispatcher, target).RunAsync();
        }
        catch (CallException e)
        {
            // Gone before the upgrade.
            return e.Status;
        }
    }

    private async Task<CallStatus> RunGrpcAsync(EdgeRequest request)
    {
        await using var handshake = new WebSocketHandshake(request, Subprotocols.GrpcWebSockets);
        return await new GrpcWebSocketSession(request, handshake, dispatcher).RunAsync();
    }

    private async Task<CallStatus> RunExecAsync(EdgeRequest request, string subprotocol)
    {
        var plan = request.Plans.Opaque!;
        await using var handshake = new WebSocketHandshake(request, subprotocol);
        var head = request.MakeHead(plan.MethodName, plan.Shape) with { WantsStreams = true };
        var call = new ExecCall(request, head, handshake, closesChannels: subprotocol == Subprotocols.ExecV5);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination);
    }

    /// <summary>True when each message is a call of its own: by choice where it can be, by itself where the backend takes one request and there is no schema.</summary>
    private static bool IsPerMessage(CallPlan plan, WebSocketEdgeOptions options) => options.Mode switch
    {
        "single" => false,
        "message" => !plan.Backend.IsSubscription && (plan.Method is null || !plan.Shape.StreamsRequests()),
        _ => OneRequest.Suits(plan),
    };

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
