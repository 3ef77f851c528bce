using Gateway.Dispatch;
using Microsoft.AspNetCore.Connections;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Transcoders.Calls;

namespace Gateway.Edges;

/// <summary>Reads request bodies whole and within a bound.</summary>
public static class BodyReader
{
    /// <summary>Appends the whole body to <paramref name="output"/>.</summary>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED with HTTP 413 over <paramref name="limit"/> bytes.</exception>
    public static async ValueTask ReadAsync(HttpContext context, PayloadBuffer output, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(output);
        if (context.Request.ContentLength is { } announced && announced > limit)
        {
            throw TooLarge(limit);
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await ReadAsync(reader, cancellationToken);
            if (output.Length + result.Buffer.Length > limit)
            {
                throw TooLarge(limit);
            }

            foreach (var segment in result.Buffer)
            {
                output.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>A read whose failures are the client's: it left, or what it sent is not HTTP.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<ReadResult> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (BadHttpRequestException e)
        {
            throw new CallException(new CallStatus(e.StatusCode == 413 ? StatusCode.ResourceExhausted : StatusCode.InvalidArgument, e.Message) { HttpStatus = e.StatusCode, Origin = StatusOrigin.Client }, e);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            throw new CallException(new CallStatus(StatusCode.Cancelled, "The client left while it sent its request.") { Origin = StatusOrigin.Client }, e);
        }
    }

    /// <summary>
    /// Lifts the host's guards that are meant for short bodies: a stream may be slow, quiet and long; the call's own limits hold, and a
    /// `MaxRequestBodySize` that the route names itself.
    /// </summary>
    public static void AllowStreaming(HttpContext context, CallRoute route)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(route);
        if (route.Settings.MaxRequestBodySize is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static CallException TooLarge(int limit) =>
        new(new CallStatus(StatusCode.ResourceExhausted, $"The request is larger than the limit of {limit} bytes.") { HttpStatus = 413, Origin = StatusOrigin.Client });
}
