using Gateway.Dispatch;
using Gateway.Edges;
using Transcoders.Calls;

namespace Gateway.Forwarding;

/// <summary>
/// Answers for a route that describes itself. A step of the route's own pipeline, so that its policies hold, and before a
/// server is chosen, so that it answers when there is none.
/// </summary>
internal static class DescriptionStep
{
    /// <summary>Costs all other requests a look at the end of their path.</summary>
    public static Task StepAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.Value is { } path && path.EndsWith("api.json", StringComparison.OrdinalIgnoreCase)
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !Upgrades.IsAskedFor(context.Request)
        && context.GetEndpoint()?.Metadata.GetMetadata<CallRoute>() is { Description: { } description } route && description.Find(path) is { } document
            ? AnswerAsync(context, route, document)
            : next(context);

    private static async Task AnswerAsync(HttpContext context, CallRoute route, DescribedDocument document)
    {
        if (document.Problem is { } problem)
        {
            await StatusResponse.WriteAsync(context, route, new CallStatus(StatusCode.Unimplemented, problem));
            return;
        }

        var response = context.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        if (IsKnown(context.Request, document.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json";
        response.ContentLength = document.Content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(document.Content, context.RequestAborted);
        }
    }

    /// <summary>RFC 9110 §13.1.2: `*`, or the validator among others, weak or strong.</summary>
    private static bool IsKnown(HttpRequest request, string etag)
    {
        foreach (var line in request.Headers.IfNoneMatch)
        {
            foreach (var known in line.AsSpan().Split(','))
            {
                var tag = line.AsSpan()[known].Trim();
                if (tag is "*" || (tag.StartsWith("W/") ? tag[2..] : tag).SequenceEqual(etag))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
