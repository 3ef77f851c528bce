using System.Diagnostics;
using Gateway.Backends;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Timeouts;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>
/// The last step of YARP's pipeline: where edge and backend speak the same protocol YARP's own forwarder answers,
/// otherwise the hub does. Whoever answers, limits, counters, health and affinity have seen the call.
/// </summary>
internal sealed partial class GatewayForwarder(
    IHttpForwarder inner, EdgeSelector edges, CallTelemetry telemetry, TimeProvider clock, ILogger<GatewayForwarder> logger) : IHttpForwarder
{
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig,
        HttpTransformer transformer, CancellationToken cancellationToken)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CallRoute>() is not { } route)
        {
            // Not one of our routes: a direct use of YARP's forwarder.
            return inner.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
        }

        var (edge, plans) = edges.Select(context, route);
        if (plans is null)
        {
            return RefuseAsync(context, route, edge);
        }

        if (route.Backend is not null && edge.RefuseTransport(context))
        {
            return ValueTask.FromResult(ForwarderError.None);
        }

        return plans.IsPassThrough
            ? ForwardAsync(context, destinationPrefix, httpClient, requestConfig, transformer, route, edge, plans, cancellationToken)
            : CallAsync(context, destinationPrefix, httpClient, requestConfig, transformer, route, edge, plans, cancellationToken);
    }

    /// <summary>Same protocol on both sides: the hub is never entered.</summary>
    private async ValueTask<ForwarderError> ForwardAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig,
        HttpTransformer transformer, CallRoute route, IHttpEdge edge, EdgePlans plans, CancellationToken cancellationToken)
    {
        if (route.Metadata.IsSelective)
        {
            transformer = new MetadataTransformer(transformer, route.Metadata);
        }

        if (NeedsMessageFlushing(context.Request))
        {
            transformer = new GrpcContentTypeTransformer(transformer, context.Request.ContentType!);
            context.Request.ContentType = GrpcHeaders.ContentType;
        }

        var attempts = AttemptsAt(context, route);
        if (attempts is not null)
        {
            transformer = new AttemptTransformer(transformer, attempts, route, clock);
            cancellationToken = attempts.Token;
        }

        var started = attempts?.Started ?? clock.GetTimestamp();
        telemetry.Begin(plans.Labels);
        var error = ForwarderError.Request;
        CallStatus? failure = null;
        try
        {
            error = await inner.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
            failure = ForwardedStatus.OfFailure(error, context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested ?? false);
            if (attempts is not null)
            {
                failure = Judge(context, route, attempts, error, failure);
                if (attempts.IsHeld)
                {
                    return error;
                }
            }

            if (failure is not null && !context.Response.HasStarted)
            {
                await TellAsync(context, route, edge, failure);
            }

            return error;
        }
        finally
        {
            if (attempts is { IsHeld: true })
            {
                telemetry.Withdraw(plans.Labels);
            }
            else
            {
                telemetry.End(plans.Labels, failure?.Code ?? ForwardedStatus.Read(context, error), clock.GetElapsedTime(started), null);
            }
        }
    }

    /// <summary>The attempts at a request whose cluster has resilience; null for all others, at the price of one look.</summary>
    private static CallAttempts? AttemptsAt(HttpContext context, CallRoute route) =>
        route.Resilience is null ? null : context.Features.Get<CallAttempts>();

    /// <summary>Tells the attempts how forwarding failed, if it did; they may hold it back.</summary>
    private static CallStatus? Judge(HttpContext context, CallRoute route, CallAttempts attempts, ForwarderError error, CallStatus? failure)
    {
        if (attempts.TimedOut is { } tooSlow && error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
        {
            // To YARP our token is a client that left; to passive health it is a server that was too slow.
            failure = tooSlow;
            context.Features.Set<IForwarderErrorFeature>(new ErrorFeature(ForwarderError.RequestTimedOut));
        }

        if (failure is null)
        {
            return null;
        }

        failure = new CallStatus(failure.Code, failure.Message)
        {
            HttpStatus = failure.HttpStatus,
            Origin = error == ForwarderError.RequestBodyClient ? StatusOrigin.Client : StatusOrigin.Transport,
            IsUnsent = error == ForwarderError.Request && UnsentRequest.Is(context.Features.Get<IForwarderErrorFeature>()?.Exception),
        };
        attempts.Observe(failure);
        if (!context.Response.HasStarted && attempts.MayRetry(failure, AttemptTransformer.IsRepeatable(context, route), streams: false))
        {
            attempts.Hold(failure, route.Id);
        }

        return failure;
    }

    /// <summary>Nobody wants a bare 502: a gRPC client gets a status, the others a body under YARP's own status. A timeout is 504, which YARP takes for a client that left (400).</summary>
    private static ValueTask TellAsync(HttpContext context, CallRoute route, IHttpEdge edge, CallStatus failure)
    {
        if (edge.Name == GrpcTraits.Name)
        {
            return edge.RefuseAsync(context, route, failure);
        }

        if (failure.Code == StatusCode.DeadlineExceeded)
        {
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }

        var http = context.Response.StatusCode;
        return http < 400 ? default
            : http < 500 ? StatusResponse.WriteAsync(context, route, PlainErrors.StatusOf(context))
            : StatusResponse.WriteAsync(context, route, new CallStatus(failure.Code, failure.Message) { HttpStatus = http });
    }

    /// <summary>Different protocols: the call goes through the hub.</summary>
    private async ValueTask<ForwarderError> CallAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig,
        HttpTransformer transformer, CallRoute route, IHttpEdge edge, EdgePlans plans, CancellationToken cancellationToken)
    {
        if (route.Settings.Timeout is not null)
        {
            // The route's timeout is the call's deadline: it ends calls with a status, not by a broken connection.
            context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        }

        HttpRequestMessage? shaped = null;
        IResponseShaper? shaper = null;
        if (RouteTransforms.AreConfigured(context))
        {
            shaped = await RouteTransforms.ShapeRequestAsync(context, destinationPrefix, transformer, cancellationToken);
            if (shaped is null)
            {
                return ForwarderError.None;
            }

            shaper = new RouteTransforms(transformer);
        }

        try
        {
            var destination = new Destination
            {
                ClusterId = route.ClusterId,
                Id = context.GetReverseProxyFeature().ProxiedDestination?.DestinationId ?? destinationPrefix,
                Address = destinationPrefix,
                Invoker = httpClient,
                Version = requestConfig.Version,
                VersionPolicy = requestConfig.VersionPolicy,
            };
            var status = await edge.HandleAsync(new EdgeRequest(context, route, plans, destination, shaped, shaper, clock, AttemptsAt(context, route)));
            return Report(context, status);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            CallBroke(logger, e, route.Id);
            await edge.RefuseAsync(context, route, new CallStatus(StatusCode.Internal, "The gateway failed to carry this call."));
            return ForwarderError.None;
        }
        finally
        {
            shaped?.Dispose();
        }
    }

    private static async ValueTask<ForwarderError> RefuseAsync(HttpContext context, CallRoute route, IHttpEdge edge)
    {
        var served = string.Join(", ", route.Edges.Keys);
        await edge.RefuseAsync(context, route, new CallStatus(StatusCode.Unimplemented, $"This route does not serve {edge.Name}; it serves {served}.") { HttpStatus = StatusCodes.Status404NotFound });
        return ForwarderError.None;
    }

    /// <summary>Tells YARP's passive health what became of the destination: only a failed transport speaks against it.</summary>
    private static ForwarderError Report(HttpContext context, CallStatus status)
    {
        if (status.Origin != StatusOrigin.Transport)
        {
            return ForwarderError.None;
        }

        var error = status.Code == StatusCode.DeadlineExceeded ? ForwarderError.RequestTimedOut : ForwarderError.Request;
        context.Features.Set<IForwarderErrorFeature>(new ErrorFeature(error));
        return error;
    }

    /// <summary>
    /// YARP flushes message by message, and lets a body pause, for the exact gRPC media type alone: a full-duplex call
    /// of any sub-format of it, or of JSON values one after the other, would hang without.
    /// </summary>
    private static bool NeedsMessageFlushing(HttpRequest request) =>
        request.ContentType is { } type
        && ((type.Length > GrpcHeaders.ContentType.Length && GrpcHeaders.IsGrpc(type))
            || (JsonMediaTypes.IsSequence(type) && request.ContentLength is null && !HttpProtocol.IsHttp11(request.Protocol)));

    [LoggerMessage(201, LogLevel.Error, "CallBroke: route {Route}")]
    private static partial void CallBroke(ILogger logger, Exception exception, string route);

    private sealed class ErrorFeature(ForwarderError error) : IForwarderErrorFeature
    {
        public ForwarderError Error => error;

        public Exception? Exception => null;
    }
}
