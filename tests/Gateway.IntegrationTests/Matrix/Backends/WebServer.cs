using System.Net;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>Kestrel on two ports of its own, for HTTP/1.1 and for HTTP/2 without TLS.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebServer(WebApplication app)
    {
        _app = app;
        var ports = app.Urls.Select(static url => new Uri(url).Port).ToArray();
        (Http1Port, Http2Port) = (ports[0], ports[1]);
    }

    public int Http1Port { get; }

    public int Http2Port { get; }

    public static async Task<WebServer> StartAsync(RequestDelegate serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(SmallSockets.Listen);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            // The gateway's limits are to bind, not these.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(serve);
        await app.StartAsync(Wait.Token());
        return new WebServer(app);
    }

    /// <summary>What arrived with the request, without what belongs to the hop.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers(HttpRequest request) =>
    [
        .. request.Headers
            .Select(static h => KeyValuePair.Create(h.Key.ToLowerInvariant(), h.Value.ToString()))
            .Where(static h => h.Key is not ("host" or "connection" or "transfer-encoding" or "content-length" or "upgrade")
                && !h.Key.StartsWith("sec-websocket-", StringComparison.Ordinal)),
    ];

    /// <summary>The method a path names: by its rule, or by its full name.</summary>
    public static string MethodOf(string path)
    {
        var name = path[(path.LastIndexOfAny([':', '/']) + 1)..];
        return name.Length == 0 ? "" : char.ToUpperInvariant(name[0]) + name[1..];
    }

    public async ValueTask DisposeAsync()
    {
        // Calls that never end must not hold up the stop.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
