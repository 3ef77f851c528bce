using System.Net;
using System.Net.Http.Headers;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.Http;

/// <summary>Reads what stands around an answer's body: headers, trailers, and the status of one that failed.</summary>
internal static class HttpAnswerHead
{
    /// <summary>The header's one value as it was sent; null when there is none.</summary>
    public static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>The end-to-end headers; null when there are none.</summary>
    public static CallMetadata? Metadata(HttpResponseMessage response)
    {
        CallMetadata? metadata = null;
        Add(response.Headers, ref metadata);
        Add(response.Content.Headers, ref metadata);
        return metadata;
    }

    /// <summary>Success, with the trailers when there are some.</summary>
    public static CallStatus Success(HttpResponseMessage response)
    {
        CallMetadata? trailers = null;
        Add(response.TrailingHeaders, ref trailers);
        return trailers is null ? CallStatus.Ok : new CallStatus(StatusCode.Ok, "") { Trailers = trailers };
    }

    /// <summary>The status of an answer outside 2xx: its body says more than its status line.</summary>
    public static async ValueTask<CallStatus> ReadFailureAsync(HttpResponseMessage response, HttpCallOptions options, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        if (code is >= 300 and < 400)
        {
            return OfRedirect(response, code);
        }

        using var body = new PayloadBuffer(ErrorBodyReader.MaxBody * 2);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (body.Length < ErrorBodyReader.MaxBody)
            {
                var read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                body.Advance(read);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The status line has arrived; what is missing of the body would only have explained it.
        }

        var status = options.Errors.Read(code, Find(response.Content.Headers, "Content-Type"), body.WrittenSpan[..Math.Min(body.Length, ErrorBodyReader.MaxBody)]);
        return new CallStatus(status.Code, status.Message)
        {
            Details = status.Details,
            HttpStatus = status.HttpStatus,
            Origin = StatusOrigin.Backend,
            RetryAfter = RetryAfter.Parse(Find(response.Headers, "Retry-After"), options.Clock.GetUtcNow()),
            Trailers = Metadata(response),
        };
    }

    /// <summary>Not followed: where a server sends a browser to is not for the gateway to visit (PROTOCOLS §3.4, §10.5).</summary>
    private static CallStatus OfRedirect(HttpResponseMessage response, int code)
    {
        var location = Find(response.Headers, "Location");
        var where = location is null ? "" : location.Length <= 256 ? $" to '{location}'" : $" to '{location[..256]}…'";
        return new CallStatus(HttpStatusMapping.FromHttp(code), $"The backend redirects{where} (HTTP status {code}), which is not followed.")
        {
            HttpStatus = (int)HttpStatusCode.BadGateway,
            Origin = StatusOrigin.Backend,
        };
    }

    private static void Add(HttpHeaders headers, ref CallMetadata? metadata)
    {
        foreach (var header in headers.NonValidated)
        {
            if (ReservedMetadata.Contains(header.Key))
            {
                continue;
            }

            // Servers of HTTP/1.1 write names as they like; of most protocols they are lower case.
            var name = header.Key.ToLowerInvariant();
            foreach (var value in header.Value)
            {
                (metadata ??= new CallMetadata(4)).Add(name, value);
            }
        }
    }
}
