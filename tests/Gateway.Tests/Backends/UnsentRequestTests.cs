using System.Net.Sockets;
using Gateway.Backends;

namespace Gateway.Tests.Backends;

public sealed class UnsentRequestTests
{
    public static TheoryData<Exception?, bool> Failures => new()
    {
        { null, false },
        { new HttpRequestException(HttpRequestError.ConnectionError), true },
        { new HttpRequestException(HttpRequestError.NameResolutionError), true },
        { new HttpRequestException(HttpRequestError.SecureConnectionError), true },
        { new HttpRequestException(HttpRequestError.ResponseEnded), false },
        { new HttpRequestException(HttpRequestError.Unknown, null, new SocketException((int)SocketError.ConnectionRefused)), true },
        { new HttpRequestException(HttpRequestError.Unknown, null, new SocketException((int)SocketError.ConnectionReset)), false },
        { new HttpRequestException(HttpRequestError.HttpProtocolError, null, new HttpProtocolException(7, "refused", null)), true },
        { new HttpRequestException(HttpRequestError.HttpProtocolError, null, new HttpProtocolException(8, "cancelled", null)), false },
        { new IOException("", new SocketException((int)SocketError.ConnectionReset)), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void OnlyWhatNoServerSaw(Exception? exception, bool expected) => Assert.Equal(expected, UnsentRequest.Is(exception));
}
