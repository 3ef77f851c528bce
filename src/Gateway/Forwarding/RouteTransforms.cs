using Gateway.Edges;
using Microsoft.AspNetCore.Http.Features;
using Transcoders.Calls;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>
/// Lets a route's YARP transforms work on calls of the hub: on a request that is made for them and never sent,
/// and on the client's response by way of an answer that never came.
/// </summary>
internal sealed class RouteTransforms(HttpTransformer transformer) : IResponseShaper
{
    /// <summary>True when the route has transforms of its own, or session affinity, whose cookie is a response transform. The defaults need neither.</summary>
    public static bool AreConfigured(HttpContext context)
    {
        var feature = context.GetReverseProxyFeature();
        return feature.Route.Config.Transforms is { Count: > 0 } || feature.Cluster.Config.SessionAffinity is { Enabled: true };
    }

    /// <summary>The request as the transforms make it, its target relative to the destination; null when one of them has answered the client itself.</summary>
    public static async ValueTask<HttpRequestMessage?> ShapeRequestAsync(
        HttpContext context, string destinationPrefix, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), (Uri?)null);
        await transformer.TransformRequestAsync(context, request, destinationPrefix, cancellationToken);
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            request.Dispose();
            return null;
        }

        request.RequestUri ??= RequestUtilities.MakeDestinationAddress(destinationPrefix, context.Request.Path, context.Request.QueryString);
        var basePath = new Uri(destinationPrefix).AbsolutePath.TrimEnd('/');
        var target = KeepEncodedSlashes(context, request.RequestUri.PathAndQuery);
        if (target.Length != request.RequestUri.PathAndQuery.Length)
        {
            request.RequestUri = new Uri(request.RequestUri, target);
        }

        if (basePath.Length > 0 && target.StartsWith(basePath, StringComparison.Ordinal))
        {
            request.RequestUri = new Uri(request.RequestUri, target[basePath.Length..]);
        }

        return request;
    }

    /// <summary>
    /// `/a%2Fb` comes out of ASP.NET's path as `/a%2Fb` and out of YARP's as `/a%252Fb`. Where the client encoded no percent sign,
    /// every `%252F` is such a slash.
    /// </summary>
    private static string KeepEncodedSlashes(HttpContext context, string target) =>
        target.Contains("%252F", StringComparison.OrdinalIgnoreCase)
        && context.Features.Get<IHttpRequestFeature>()?.RawTarget.Contains("%25", StringComparison.Ordinal) == false
            ? target.Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase)
            : target;

    public async ValueTask ShapeAsync(HttpContext context, ResponseHead head)
    {
        using var response = new HttpResponseMessage { Content = new ByteArrayContent([]) };
        foreach (ref readonly var entry in head.Metadata is null ? default : head.Metadata.AsSpan())
        {
            // A backend's own HTTP answer passes but for what belongs to one hop; metadata of a call has reserved names besides.
            if (!(head.HttpStatus != 0 ? ReservedMetadata.IsOfOneHop(entry.Key) : ReservedMetadata.Contains(entry.Key))
                && MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value))
            {
                // HttpClient's types keep some headers, such as Content-Encoding, with the content.
                _ = response.Headers.TryAddWithoutValidation(entry.Key, entry.Value)
                    || response.Content.Headers.TryAddWithoutValidation(entry.Key, entry.Value);
            }
        }

        await transformer.TransformResponseAsync(context, response, context.RequestAborted);

        // The length of an answer that never came says nothing of the one that will.
        context.Response.ContentLength = null;
        context.Response.ContentType = null;
    }
}
