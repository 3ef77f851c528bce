using System.Globalization;
using Gateway.Dispatch;
using Microsoft.AspNetCore.WebUtilities;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Edges;

/// <summary>
/// Answers a request with a status as plain HTTP: a status line, and the status as JSON in the shape the client asks for, else the route's.
/// Source: PROTOCOLS §3.5; RFC 9457; RFC 9110 §15.
/// </summary>
public static class StatusResponse
{
    private const string Problem = "application/problem+json";

    /// <summary>Bound of a body that belongs to no route.</summary>
    private const int MaxBody = 64 * 1024;

    /// <summary>Writes the whole answer. The response must not have started.</summary>
    public static ValueTask WriteAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(route);
        return WriteAsync(context, status, route.StatusWriter, FormatFor(context, route.ErrorFormat), route.Limits.MessageSize);
    }

    /// <summary>As the other, for a request that no route is known of.</summary>
    public static ValueTask WriteAsync(HttpContext context, StatusWriter writer, CallStatus status) =>
        WriteAsync(context, status, writer, FormatFor(context, StatusFormat.Google), MaxBody);

    /// <summary>The shape of a failure inside an answer that has begun.</summary>
    internal static StatusForm FormOf(HttpContext context, CallRoute route, CallStatus status)
    {
        var format = FormatFor(context, route.ErrorFormat);
        return Form(format == StatusFormat.GrpcGatewayV1 ? StatusFormat.GrpcGatewayV1Line : format, HttpStatusMapping.ToHttp(status, format));
    }

    /// <summary>A client that names problem+json gets it; it is never put upon one that does not (RFC 9457 §3).</summary>
    private static StatusFormat FormatFor(HttpContext context, StatusFormat own)
    {
        ArgumentNullException.ThrowIfNull(context);
        return AcceptHeader.Names(context.Request.Headers.Accept.ToString(), Problem) ? StatusFormat.Problem : own;
    }

    private static StatusForm Form(StatusFormat format, int httpStatus) =>
        new(format, httpStatus, format is not (StatusFormat.Problem or StatusFormat.GrpcGatewayV1Line) ? "" : ReasonPhrases.GetReasonPhrase(httpStatus) is { Length: > 0 } phrase ? phrase : "Error");

    private static async ValueTask WriteAsync(HttpContext context, CallStatus status, StatusWriter writer, StatusFormat format, int limit)
    {
        var response = context.Response;
        response.StatusCode = HttpStatusMapping.ToHttp(status, format);
        if (StatusDetails.RetryDelay(status) is { } delay && delay >= TimeSpan.Zero)
        {
            // Rounded up: a client that comes back too early is refused once more.
            response.Headers.RetryAfter = ((long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (response.StatusCode == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            // RFC 9110 §15.5.2 wants a challenge: the backend's own, else the scheme that the gateway passes on.
            foreach (ref readonly var entry in status.Trailers is null ? default : status.Trailers.AsSpan())
            {
                if (entry.Key == "www-authenticate" && MetadataText.IsValue(entry.Value))
                {
                    response.Headers.Append("WWW-Authenticate", entry.Value);
                }
            }

            if (response.Headers.WWWAuthenticate.Count == 0)
            {
                response.Headers.WWWAuthenticate = "Bearer";
            }
        }

        // What the backend's head said of its own content is not true of this one.
        response.Headers.ContentEncoding = default;
        response.Headers.ContentRange = default;
        response.Headers.ETag = default;
        response.Headers.LastModified = default;
        if (ResponseHeaders.HasNoBody(response.StatusCode))
        {
            return;
        }

        // A cache that holds a 404 must not give it to who reads another shape (RFC 9110 §12.5.5).
        response.Headers.Append("Vary", "Accept");
        response.ContentType = format == StatusFormat.Problem ? Problem : "application/json";
        using var body = new PayloadBuffer(limit);
        if (format == StatusFormat.Aip193)
        {
            body.Write("{\"error\":"u8);
        }

        writer.Write(status, Form(format, response.StatusCode), body);
        if (format == StatusFormat.Aip193)
        {
            body.Write("}"u8);
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body.WrittenMemory);
        }
    }
}
