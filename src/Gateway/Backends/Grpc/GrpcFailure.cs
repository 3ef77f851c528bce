using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>Translates what goes wrong on the way to a gRPC server, once, where it enters.</summary>
internal static class GrpcFailure
{
    /// <summary>A transport failure. Before the answer began it is HTTP's 502: the gateway could not reach the server.</summary>
    public static CallStatus ToStatus(Exception exception, bool started)
    {
        if (Find<HttpProtocolException>(exception) is { } protocol)
        {
            var code = GrpcStatusMapping.FromHttp2Error(protocol.ErrorCode);
            return new CallStatus(code, $"The backend reset the call (HTTP/2 error {protocol.ErrorCode}).") { Origin = StatusOrigin.Transport, HttpStatus = 502, IsUnsent = UnsentRequest.Is(exception) };
        }

        if (exception is OperationCanceledException)
        {
            return new CallStatus(StatusCode.Unavailable, "The connection to the backend took too long.") { Origin = StatusOrigin.Transport, HttpStatus = 504, IsUnsent = !started };
        }

        var text = started ? "The connection to the backend was lost." : "The backend cannot be reached: " + Cause(exception);
        return new CallStatus(StatusCode.Unavailable, text) { Origin = StatusOrigin.Transport, HttpStatus = 502, IsUnsent = !started && UnsentRequest.Is(exception) };
    }

    /// <summary>An answer that is not gRPC; null when it is.</summary>
    public static CallStatus? OfResponse(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var status = (int)response.StatusCode;
            return new CallStatus(GrpcStatusMapping.FromHttp(status), $"The backend answered with HTTP status {status} instead of gRPC.") { Origin = StatusOrigin.Backend, HttpStatus = 502 };
        }

        var type = ContentType(response.Content.Headers);
        return GrpcHeaders.IsGrpc(type)
            ? null
            : new CallStatus(StatusCode.Internal, $"The backend answered with content-type '{type}' instead of application/grpc.") { Origin = StatusOrigin.Backend, HttpStatus = 502 };
    }

    private static string ContentType(HttpContentHeaders headers)
    {
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                return header.Value.ToString();
            }
        }

        return "";
    }

    /// <summary>Words of our own for the client: an exception's text may name hosts and paths inside.</summary>
    private static string Cause(Exception exception)
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

        return exception is HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError }
            ? "it does not speak HTTP/2."
            : "the connection failed.";
    }

    private static T? Find<T>(Exception? exception)
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
