using Gateway.Dispatch;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>Holds a forwarded request to the route's metadata policy, as the hub does with the calls it carries.</summary>
internal sealed class MetadataTransformer(HttpTransformer inner, MetadataPolicy policy) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        List<string>? denied = null;
        foreach (var header in proxyRequest.Headers.NonValidated)
        {
            if (policy.Denies(header.Key))
            {
                (denied ??= []).Add(header.Key);
            }
        }

        foreach (var name in denied ?? [])
        {
            proxyRequest.Headers.Remove(name);
        }
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
}
