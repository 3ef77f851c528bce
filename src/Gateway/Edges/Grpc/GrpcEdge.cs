using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Planning;

namespace Gateway.Edges.Grpc;

/// <summary>
/// Accepts calls that name a method of a schema: gRPC over HTTP/2, gRPC-Web and Connect. gRPC itself never comes here when the backend speaks it
/// too: it is forwarded as it is.
/// </summary>
internal sealed class GrpcEdge(CallDispatcher dispatcher) : IHttpEdge
{
    public string Name => GrpcTraits.Name;

    public bool IsNegotiable => false;

    public bool Claims(HttpContext context) => GrpcMode.Of(context.Request) is not null;

    public bool SpeaksMode(HttpContext context) => GrpcMode.Of(context.Request) is { IsPlain: false };

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        var mode = GrpcMode.Of(context.Request) ?? new GrpcMode(GrpcWire.Grpc, PayloadFormat.Protobuf);
        if (mode.IsConnect)
        {
            return ConnectResponse.RefuseAsync(context, route, status, mode);
        }

        GrpcResponse.WriteTrailersOnly(context.Response, status, mode.ContentType);
        return default;
    }

    public bool RefuseTransport(HttpContext context)
    {
        var version = context.Request.Protocol;
        if (HttpProtocol.IsHttp2(version) || HttpProtocol.IsHttp3(version) || SpeaksMode(context))
        {
            return false;
        }

        // HTTP/1.1 has no trailers to carry a status in: say so in HTTP.
        context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        context.Response.Headers.Upgrade = "h2c";
        return true;
    }

    public async Task<CallStatus> HandleAsync(EdgeRequest request)
    {
        var context = request.Context;
        var mode = GrpcMode.Of(context.Request)!.Value;
        if (mode.Wire != GrpcWire.ConnectGet && !HttpMethods.IsPost(request.Verb))
        {
            return RefuseVerb(context, "Calls use POST.");
        }

        // 1. The method.
        var path = request.Path.ToString();
        if (!request.Plans.ByPath.TryGetValue(path, out var plan) && (request.Plans.Opaque is not { } untyped || !IsMethodPath(path) || (plan = untyped) is null))
        {
            var method = path.TrimStart('/');
            var text = request.Plans.Refusals.TryGetValue(method, out var refusal) ? refusal.Text : $"No method {method} is served here.";
            return await RefuseAsync(request, new CallStatus(StatusCode.Unimplemented, text));
        }

        // 2. The wire: a codec we know, and the one of Connect's two that is made for the method's shape.
        if (mode.Wire == GrpcWire.ConnectGet && plan.Method is not { HasNoSideEffects: true })
        {
            return RefuseVerb(context, "GET is for methods without side effects.");
        }

        if (mode.Format is null || !FitsShape(mode.Wire, plan))
        {
            return RefuseContentType(context, mode, plan);
        }

        if (mode.IsConnect && RefuseConnect(context.Request) is { } bad)
        {
            return await RefuseAsync(request, bad);
        }

        // 3. The call.
        if (mode.Wire is not (GrpcWire.ConnectUnary or GrpcWire.ConnectGet))
        {
            BodyReader.AllowStreaming(context, request.Route);
        }

        var call = Open(request, mode, MakeHead(request, plan, mode, path));
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }

    private static ServerCall Open(EdgeRequest request, GrpcMode mode, CallHead head) => mode.Wire switch
    {
        GrpcWire.Grpc => new GrpcServerCall(request, head, mode),
        GrpcWire.ConnectUnary or GrpcWire.ConnectGet => new ConnectServerCall(request, head, mode),
        _ => new WebServerCall(request, head, mode),
    };

    private static CallHead MakeHead(EdgeRequest request, CallPlan plan, GrpcMode mode, string path)
    {
        // A method that no schema describes is one of a request and an answer where the wire says so, else anything.
        var isUnary = mode.Wire is GrpcWire.ConnectUnary or GrpcWire.ConnectGet;
        var head = plan.Method is null
            ? request.MakeHead(path[1..], isUnary ? CallShape.Unary : plan.Shape)
            : request.MakeHead(plan.MethodName, plan.Shape);

        // To a backend a GET is the same call: its message is not in the URL any more.
        return mode.Wire == GrpcWire.ConnectGet ? head with { Verb = HttpMethods.Post, Target = path, ContentType = mode.ContentType } : head;
    }

    private async Task<CallStatus> RefuseAsync(EdgeRequest request, CallStatus status)
    {
        await RefuseAsync(request.Context, request.Route, status);
        return status;
    }

    private static CallStatus RefuseVerb(HttpContext context, string text)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = HttpMethods.Post;
        return new CallStatus(StatusCode.Unimplemented, text) { Origin = StatusOrigin.Client };
    }

    private static bool FitsShape(GrpcWire wire, CallPlan plan) => plan.Method is null || wire switch
    {
        GrpcWire.ConnectUnary or GrpcWire.ConnectGet => plan.Shape == CallShape.Unary,
        GrpcWire.ConnectStream => plan.Shape != CallShape.Unary,
        _ => true,
    };

    /// <summary>What no client of these wires expects a body for: the status line alone, and what would be taken.</summary>
    private static CallStatus RefuseContentType(HttpContext context, GrpcMode mode, CallPlan plan)
    {
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        context.Response.Headers["Accept-Post"] = mode.Wire switch
        {
            GrpcWire.Grpc => "application/grpc, application/grpc+proto, application/grpc+json",
            GrpcWire.Web or GrpcWire.WebText => "application/grpc-web, application/grpc-web+json, application/grpc-web-text",
            _ when plan.Method is null => ConnectHeaders.UnaryTypes + ", " + ConnectHeaders.StreamTypes,
            _ => plan.Shape == CallShape.Unary ? ConnectHeaders.UnaryTypes : ConnectHeaders.StreamTypes,
        };
        return new CallStatus(StatusCode.Unimplemented, "The content type is not read here.") { Origin = StatusOrigin.Client };
    }

    private static CallStatus? RefuseConnect(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue(ConnectHeaders.ProtocolVersion, out var version) && version.ToString() != ConnectHeaders.Version)
        {
            return new CallStatus(StatusCode.InvalidArgument, $"Connect-Protocol-Version is 1, not '{version}'.") { Origin = StatusOrigin.Client };
        }

        return headers.TryGetValue(ConnectHeaders.Timeout, out var timeout) && !ConnectHeaders.TryParseTimeout(timeout.ToString(), out _)
            ? new CallStatus(StatusCode.InvalidArgument, $"Connect-Timeout-Ms is one to ten digits, not '{timeout}'.") { Origin = StatusOrigin.Client }
            : null;
    }

    /// <summary>`/pkg.Service/Method`: what may become part of another request's path.</summary>
    private static bool IsMethodPath(ReadOnlySpan<char> path)
    {
        var slash = path.Length < 4 || path[0] != '/' ? -1 : path[1..].IndexOf('/') + 1;
        return slash > 1 && slash < path.Length - 1 && IsName(path[1..slash]) && IsName(path[(slash + 1)..]);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
