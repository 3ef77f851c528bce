using Gateway.Edges;
using Transcoders.Calls;

namespace Gateway.Forwarding;

/// <summary>Refuses requests the server lets pass although two readers could take them for different things.</summary>
internal static class StrictRequests
{
    public static void UseStrictRequests(this IApplicationBuilder app, StatusWriter writer) => app.Use((context, next) =>
    {
        if (Problem(context.Request) is not { } problem)
        {
            return next(context);
        }

        return StatusResponse.WriteAsync(context, writer, new CallStatus(StatusCode.InvalidArgument, problem)).AsTask();
    });

    private static string? Problem(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TransferEncoding.Count > 0 && !request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal))
        {
            // RFC 9113 §8.2.2: connection-specific fields make an HTTP/2 message malformed.
            return "Transfer-Encoding has no place in HTTP/2.";
        }

        if (headers.Upgrade.Count > 0 && headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase)
            && (!HttpMethods.IsGet(request.Method) || HttpProtocol.IsHttp10(request.Protocol)))
        {
            // RFC 6455 §4.1: GET, and HTTP/1.1 or later.
            return "A WebSocket is opened with GET over HTTP/1.1.";
        }

        return null;
    }
}
