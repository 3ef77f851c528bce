using System.Net.Sockets;
using System.Security.Authentication;

namespace Gateway.Backends;

/// <summary>Why a server could not be reached, in words of our own: an exception's text may name hosts and paths inside.</summary>
internal static class TransportCause
{
    /// <summary>The end of a sentence such as `The backend cannot be reached: …`.</summary>
    /// <param name="exception">What the HTTP client threw.</param>
    /// <param name="wrongVersion">What to say of a server that does not speak the HTTP version asked for.</param>
    public static string Of(Exception exception, string wrongVersion)
    {
        if (Find<AuthenticationException>(exception) is not null)
        {
            return "the TLS handshake failed.";
        }

        if (Find<SocketException>(exception) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connection refused.",
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "its name does not resolve.",
                SocketError.TimedOut => "the connection timed out.",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to host.",
                _ => "the connection failed.",
            };
        }

        return Find<HttpRequestException>(exception)?.HttpRequestError switch
        {
            HttpRequestError.VersionNegotiationError => wrongVersion,
            HttpRequestError.ResponseEnded => "it closed the connection without an answer.",
            _ => "the connection failed.",
        };
    }

    /// <summary>The first exception of a kind among an exception and its causes; null when there is none.</summary>
    public static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
