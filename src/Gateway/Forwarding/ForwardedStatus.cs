using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>The status of a call that was forwarded as it is, read off what went by.</summary>
internal static class ForwardedStatus
{
    /// <summary>Why nothing could be forwarded; null when it was, or when the client left.</summary>
    public static CallStatus? OfFailure(ForwarderError error, bool isLate) => error switch
    {
        ForwarderError.None => null,
        _ when isLate => new CallStatus(StatusCode.DeadlineExceeded, "Deadline exceeded."),
        ForwarderError.RequestTimedOut => new CallStatus(StatusCode.DeadlineExceeded, "The backend was silent for too long."),
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled => null,
        _ => new CallStatus(StatusCode.Unavailable, "The backend cannot be reached."),
    };

    public static StatusCode Read(HttpContext context, ForwarderError error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return StatusCode.Cancelled;
        }

        if (error != ForwarderError.None)
        {
            return error == ForwarderError.RequestTimedOut ? StatusCode.DeadlineExceeded : StatusCode.Unavailable;
        }

        var status = context.Response.StatusCode;
        if (status == StatusCodes.Status200OK && GrpcHeaders.IsGrpc(context.Response.ContentType))
        {
            var text = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcHeaders.Status].ToString();
            text = string.IsNullOrEmpty(text) ? context.Response.Headers[GrpcHeaders.Status].ToString() : text;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? StatusCodeNames.FromNumber(code) : StatusCode.Unknown;
        }

        return HttpStatusMapping.FromHttp(status);
    }
}
