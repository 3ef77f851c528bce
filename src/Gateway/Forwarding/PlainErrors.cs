using Gateway.Dispatch;
using Gateway.Edges;
using Microsoft.AspNetCore.WebUtilities;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>
/// Gives a body to refusals of the pipeline itself, which have none: no route, another method, a policy that says no. The client reads every
/// failure of the gateway's in one form. Source: PROTOCOLS §10.3.
/// </summary>
internal static class PlainErrors
{
    /// <summary>Only where something before the route's own end may refuse: requests of other routes pay one look at their endpoint.</summary>
    public static void UsePlainErrors(this IApplicationBuilder app, StatusWriter writer) =>
        app.UseWhen(static context => MayBeRefused(context.GetEndpoint()), refusable => refusable.Use(async (context, next) =>
        {
            await next(context);
            if (IsBare(context))
            {
                await WriteAsync(context, writer);
            }
        }));

    /// <summary>What the status of a bare refusal says, with its words for the client.</summary>
    public static CallStatus StatusOf(HttpContext context)
    {
        var http = context.Response.StatusCode;
        var text = http switch
        {
            StatusCodes.Status404NotFound => "No route answers to this path.",
            StatusCodes.Status405MethodNotAllowed when context.Response.Headers.Allow is { Count: > 0 } allow => $"{context.Request.Method} is not allowed here; {allow} is.",
            StatusCodes.Status401Unauthorized => "This route wants to know who calls.",
            StatusCodes.Status403Forbidden => "The caller may not use this route.",
            StatusCodes.Status429TooManyRequests => "Too many requests; try again later.",
            _ => ReasonPhrases.GetReasonPhrase(http) is { Length: > 0 } phrase ? phrase + "." : "The request was refused.",
        };
        return new CallStatus(HttpStatusMapping.FromHttp(http), text)
        {
            HttpStatus = http,
            RetryAfter = RetryAfter.Parse(context.Response.Headers.RetryAfter, TimeProvider.System.GetUtcNow()),
        };
    }

    private static bool MayBeRefused(Endpoint? endpoint) =>
        endpoint?.Metadata is not { } metadata || metadata.GetMetadata<CallRoute>() is null || metadata.GetMetadata<RoutePolicies>() is not null;

    /// <summary>A refusal that nobody has written; what a server behind answered is its own, an empty body too. gRPC clients read the status line.</summary>
    private static bool IsBare(HttpContext context)
    {
        var response = context.Response;
        return response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null
            && !GrpcHeaders.IsGrpc(context.Request.ContentType)
            && (context.Features.Get<Yarp.ReverseProxy.Model.IReverseProxyFeature>()?.ProxiedDestination is null || context.Features.Get<IForwarderErrorFeature>() is not null);
    }

    private static ValueTask WriteAsync(HttpContext context, StatusWriter writer)
    {
        var status = StatusOf(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<CallRoute>() is { } route
            ? StatusResponse.WriteAsync(context, route, status)
            : StatusResponse.WriteAsync(context, writer, status);
    }
}
