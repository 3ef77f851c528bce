using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>Accepts gRPC calls over HTTP/2. Calls to a gRPC backend never come here: they are forwarded as they are.</summary>
internal sealed class GrpcEdge(CallDispatcher dispatcher) : IHttpEdge
{
    public string Name => GrpcTraits.Name;

    public bool IsNegotiable => false;

    public bool Claims(HttpContext context) => GrpcHeaders.IsGrpc(context.Request.ContentType);

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        GrpcResponse.WriteTrailersOnly(context.Response, status);
        return default;
    }

    public bool RefuseTransport(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol) || HttpProtocol.IsHttp3(context.Request.Protocol))
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
        if (!HttpMethods.IsPost(request.Verb))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
            return new CallStatus(StatusCode.Unimplemented, "gRPC calls use POST.") { Origin = StatusOrigin.Client };
        }

        var path = request.Path.ToString();
        if (!request.Plans.ByPath.TryGetValue(path, out var plan))
        {
            var method = path.TrimStart('/');
            var text = request.Plans.Refusals.TryGetValue(method, out var refusal) ? refusal.Text : $"No method {method} is served here.";
            var status = new CallStatus(StatusCode.Unimplemented, text);
            GrpcResponse.WriteTrailersOnly(context.Response, status);
            return status;
        }

        BodyReader.AllowStreaming(context, request.Route);
        var call = new GrpcServerCall(request, request.MakeHead(plan.MethodName, plan.Shape));
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }
}
