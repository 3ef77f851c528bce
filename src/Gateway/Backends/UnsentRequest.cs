using System.Net.Sockets;

namespace Gateway.Backends;

/// <summary>Tells failures before a request left from failures after it: the first may be tried elsewhere, whatever the request does.</summary>
public static class UnsentRequest
{
    /// <summary>REFUSED_STREAM: the server has not looked at the request. Source: RFC 9113 §8.7.</summary>
    private const long RefusedStream = 0x7;

    /// <summary>True when the exception of an HTTP client says that no server has seen the request.</summary>
    public static bool Is(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError
                }:
                case HttpProtocolException { ErrorCode: RefusedStream }:
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable }:
                    return true;
                default:
                    break;
            }
        }

        return false;
    }
}
