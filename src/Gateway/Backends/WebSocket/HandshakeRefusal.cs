using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.WebSocket;

/// <summary>Why a socket could not be opened, as a status. Source: PROTOCOLS §10.7 cell 1.</summary>
/// <remarks>No message of a call is sent before its handshake, which is a GET: unless the server itself says no, another may be asked.</remarks>
internal static class HandshakeRefusal
{
    /// <summary>An HTTP answer instead of a socket: 4xx is the client's to know, with the words of its body; everything else is a bad gateway.</summary>
    public static async ValueTask<CallStatus> ReadAsync(HttpResponseMessage response, ErrorBodyReader errors, CancellationToken cancellationToken)
    {
        var http = (int)response.StatusCode;
        if (http is < 400 or >= 500)
        {
            return new CallStatus(StatusCode.Unavailable, $"upstream handshake: {http}") { HttpStatus = 502, Origin = StatusOrigin.Backend, IsUnsent = true };
        }

        var body = await ReadBodyAsync(response, cancellationToken);
        var status = errors.Read(http, response.Content.Headers.ContentType?.MediaType, body.Span);
        return new CallStatus(status.Code, body.IsEmpty ? $"upstream handshake: {http}" : status.Message)
        {
            HttpStatus = http,
            Origin = StatusOrigin.Backend,
            Details = status.Details,
            RetryAfter = RetryAfter.Parse(response.Headers.TryGetValues("Retry-After", out var after) ? string.Join(", ", after) : null, TimeProvider.System.GetUtcNow()),
        };
    }

    /// <summary>No answer at all. Words of our own for the client: an exception's text may name hosts inside.</summary>
    public static CallStatus OfTransport(Exception exception) => new(StatusCode.Unavailable, "The backend cannot be reached: " + TransportCause.Of(exception, "it does not speak HTTP/1.1."))
    {
        HttpStatus = 502,
        Origin = StatusOrigin.Transport,
        IsUnsent = true,
    };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new byte[ErrorBodyReader.MaxBody];
        var length = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            length = await stream.ReadAtLeastAsync(body, ErrorBodyReader.MaxBody, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // A refusal whose words were cut off is still one.
            return default;
        }

        return body.AsMemory(0, length);
    }
}
