using System.Net.Sockets;
using System.Text;
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
    public static CallStatus OfResponse(HttpResponseMessage response, string text)
    {
        var http = (int)response.StatusCode;
        return new CallStatus(HttpStatusMapping.FromHttp(http), text.Length > 0 ? text : $"The backend answered with HTTP status {http}.")
        {
            Origin = StatusOrigin.Backend,
            HttpStatus = http >= 400 ? http : 502,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    /// <summary>The front of a body, as text.</summary>
    public static async ValueTask<string> ReadTextAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var bytes = new byte[limit];
        var length = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (int count; length < limit && (count = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken)) != 0;)
            {
                length += count;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // What arrived of the reason will do.
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
