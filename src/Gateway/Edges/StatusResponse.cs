using System.Globalization;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Edges;

/// <summary>Answers a request with a status as plain HTTP: a status line and the status as JSON.</summary>
public static class StatusResponse
{
    /// <summary>Writes the whole answer. The response must not have started.</summary>
    public static async ValueTask WriteAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(route);
        var response = context.Response;
        response.StatusCode = HttpStatusMapping.ToHttp(status);
        response.ContentType = "application/json";
        if (status.RetryAfter is { } delay && delay >= TimeSpan.Zero)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (status.Code == StatusCode.Unauthenticated && response.Headers.WWWAuthenticate.Count == 0)
        {
            // RFC 9110 §15.5.2 wants a challenge: the backend's own, else the scheme that the gateway passes on.
            response.Headers.WWWAuthenticate = status.Trailers?.Find("www-authenticate") is { } challenge && MetadataText.IsValue(challenge) ? challenge : "Bearer";
        }

        using var body = new PayloadBuffer(route.Limits.MessageSize);
        route.StatusWriter.Write(status, body);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body.WrittenMemory);
        }
    }
}
