using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>Makes the requests that a call becomes.</summary>
internal static class HttpRequests
{
    public const string TimeoutHeader = "x-request-timeout-ms";

    /// <summary>A request to one server.</summary>
    /// <param name="head">Its metadata become headers.</param>
    /// <param name="destination">The server; its address may hold a path, before which nothing is put.</param>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="target">Path and query, percent-encoded; begins with `/`.</param>
    /// <param name="content">The body; null for none.</param>
    /// <param name="contentType">Its media type; null for none.</param>
    public static HttpRequestMessage Make(CallHead head, Destination destination, string verb, string target, HttpContent? content, string? contentType)
    {
        // .NET's client sends a request again by itself when a kept connection ends before the answer, unless it had begun to send a body.
        // A verb that is not idempotent gets an empty one, so that a call is never made twice. Source: RFC 9110 §9.2.2.
        var method = HttpMethod.Parse(verb);
        content ??= IsIdempotent(method) ? null : new ByteArrayContent([]);
        var request = new HttpRequestMessage(method, new Uri(destination.Address.TrimEnd('/') + target))
        {
            Version = destination.Version ?? HttpVersion.Version20,
            VersionPolicy = destination.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        if (contentType is not null && MetadataText.IsValue(contentType))
        {
            content?.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        // A server that compresses all the same is refused: what it would become here has no bound.
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        foreach (ref readonly var entry in head.Metadata.AsSpan())
        {
            if (!request.Headers.TryAddWithoutValidation(entry.Key, entry.Value))
            {
                content?.Headers.TryAddWithoutValidation(entry.Key, entry.Value);
            }
        }

        return request;
    }

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
        || method == HttpMethod.Options || method == HttpMethod.Trace;

    /// <summary>Tells the server the time left, when the call has a deadline.</summary>
    public static void AddTimeout(HttpRequestMessage request, Deadline deadline, TimeProvider clock)
    {
        if (deadline.IsSet)
        {
            var left = (long)Math.Max(1, deadline.Remaining(clock).TotalMilliseconds);
            request.Headers.TryAddWithoutValidation(TimeoutHeader, left.ToString(CultureInfo.InvariantCulture));
        }
    }
}
