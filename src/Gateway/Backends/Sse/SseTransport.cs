using System.Net.Sockets;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.Sse;

/// <summary>Heads and failures of HTTP answers, as a call knows them.</summary>
internal static class SseTransport
{
    public static ResponseHead Head(HttpResponseMessage response, string? contentType)
    {
        CallMetadata? metadata = null;
        foreach (var header in response.Headers.NonValidated)
        {
            if (ReservedMetadata.Contains(header.Key))
            {
                continue;
            }

            foreach (var value in header.Value)
            {
                if (MetadataText.IsName(header.Key) && MetadataText.IsValue(value))
                {
                    (metadata ??= new CallMetadata(4)).Add(header.Key, value);
                }
            }
        }

        return new ResponseHead { Metadata = metadata, ContentType = contentType, HttpStatus = (int)response.StatusCode };
    }

    /// <summary>A request that got no answer. Words of our own: an exception's text may name hosts inside.</summary>
    public static CallStatus ToStatus(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            return new CallStatus(StatusCode.Unavailable, "The connection to the backend took too long.") { Origin = StatusOrigin.Transport, HttpStatus = 504 };
        }

        var socket = exception as SocketException ?? exception.InnerException as SocketException;
        var cause = socket?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused.",
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "its name does not resolve.",
            SocketError.TimedOut => "the connection timed out.",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to host.",
            _ => "the connection failed.",
        };
        return new CallStatus(StatusCode.Unavailable, "The backend cannot be reached: " + cause) { Origin = StatusOrigin.Transport, HttpStatus = 502 };
    }

    /// <summary>An answer that refuses. Its HTTP status is kept, except where it would mean the gateway (a redirect).</summary>
    public static CallStatus OfResponse(HttpResponseMessage response, ErrorBodyReader errors, ReadOnlySpan<byte> body, TimeProvider clock)
    {
        var http = (int)response.StatusCode;
        var status = errors.Read(http, response.Content.Headers.ContentType?.MediaType, body);
        return new CallStatus(status.Code, status.Message)
        {
            Details = status.Details,
            HttpStatus = http >= 400 ? http : 502,
            Origin = StatusOrigin.Backend,
            RetryAfter = response.Headers.NonValidated.TryGetValues("Retry-After", out var delay) ? RetryAfter.Parse(delay.ToString(), clock.GetUtcNow()) : null,
        };
    }

    /// <summary>The front of a body.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadFrontAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var bytes = new byte[4 * 1024];
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (int count; body.Length < limit && (count = await stream.ReadAsync(bytes, cancellationToken)) != 0;)
            {
                body.Write(bytes, 0, (int)Math.Min(count, limit - body.Length));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // What arrived of the reason will do.
        }

        return body.ToArray();
    }
}
