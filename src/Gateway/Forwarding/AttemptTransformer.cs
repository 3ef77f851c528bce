using System.Globalization;
using System.Net;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Looks at the head of a forwarded answer before the client gets it: a failure that is worth another attempt is dropped here.</summary>
internal sealed class AttemptTransformer(HttpTransformer inner, CallAttempts attempts, CallRoute route, TimeProvider clock) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            var status = StatusOf(proxyResponse);
            attempts.Observe(status);
            if (attempts.MayRetry(status, IsRepeatable(httpContext, route), streams: false))
            {
                attempts.Hold(status, route.Id);
                return new(false);
            }
        }

        return inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);

    public static bool IsRepeatable(HttpContext context, CallRoute route) => route.RepeatablePaths.Contains(context.Request.Path.Value ?? "");

    /// <summary>What the head says: a gRPC answer that is head and end at once has a status; one that only begins has begun well.</summary>
    private CallStatus StatusOf(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response.Headers.NonValidated.TryGetValues(GrpcHeaders.Status, out var text) && GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.MediaType)
                ? OfGrpc(text.ToString(), response)
                : CallStatus.Ok;
        }

        var http = (int)response.StatusCode;
        if (http < 400)
        {
            return CallStatus.Ok;
        }

        return new CallStatus(HttpStatusMapping.FromHttp(http), string.Create(CultureInfo.InvariantCulture, $"HTTP status {http}"))
        {
            Origin = StatusOrigin.Backend,
            RetryAfter = RetryAfterOf(response),
        };
    }

    private static CallStatus OfGrpc(string code, HttpResponseMessage response)
    {
        var reader = new GrpcStatusReader();
        reader.Add(GrpcHeaders.Status, code);
        if (response.Headers.NonValidated.TryGetValues(GrpcHeaders.RetryPushback, out var pushback))
        {
            reader.Add(GrpcHeaders.RetryPushback, pushback.ToString());
        }

        if (response.Headers.NonValidated.TryGetValues(GrpcHeaders.Details, out var details))
        {
            reader.Add(GrpcHeaders.Details, details.ToString());
        }

        return reader.ToStatus();
    }

    /// <summary>`Retry-After`, in seconds or as a date. Source: RFC 9110 §10.2.3.</summary>
    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } after)
        {
            return null;
        }

        var delay = after.Delta ?? after.Date - clock.GetUtcNow();
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
