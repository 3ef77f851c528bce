using System.Net;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>Where a driver knocks: at the gateway, or straight at a rig to prove the rig.</summary>
/// <param name="url">For HTTP/1.1 and WebSocket.</param>
/// <param name="http2">For prior-knowledge HTTP/2: the same for a gateway.</param>
internal sealed class FrontDoor(Uri url, Uri http2) : IDisposable
{
    public Uri Http2Url => http2;

    public HttpClient Http1 { get; } = Client(url, HttpVersion.Version11);

    public HttpClient Http2 { get; } = Client(http2, HttpVersion.Version20);

    public Uri Address(string path, string scheme) => new($"{scheme}://{url.Authority}{path}");

    public void Dispose()
    {
        Http1.Dispose();
        Http2.Dispose();
    }

    private static HttpClient Client(Uri address, Version version) => new(SmallSockets.Client())
    {
        BaseAddress = address,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromMinutes(1),
    };
}
