using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Admin;

/// <summary>The admin port: a server of its own beside the proxy's, so that it answers while the proxy starts, drains or is flooded.</summary>
/// <remarks>
/// A bare Kestrel without a host: nothing it serves shows up in the proxy's spans and HTTP metrics, and it takes no part in signals.
/// Start once; dispose to stop.
/// </remarks>
public sealed class AdminServer : IAsyncDisposable
{
    /// <summary>Connections the port keeps open at once.</summary>
    public const int MaxConnections = 256;

    private const int MaxRequestLine = 4 * 1024;
    private const int MaxHeaders = 16 * 1024;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly KestrelServer _server;
    private readonly AdminHandler _handler;
    private readonly string[] _urls;

    /// <param name="urls">Addresses to bind, `;`-separated, `http` only; port 0 takes any free one.</param>
    /// <param name="sources">What to show.</param>
    public AdminServer(string urls, AdminSources sources)
    {
        ArgumentNullException.ThrowIfNull(urls);
        ArgumentNullException.ThrowIfNull(sources);
        _urls = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _handler = new AdminHandler(sources, sources.Loggers.CreateLogger<AdminServer>());

        var options = new KestrelServerOptions { AddServerHeader = false };
        options.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaders;
        options.Limits.RequestHeadersTimeout = HeadersTimeout;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), sources.Loggers);
        _server = new KestrelServer(Options.Create(options), transport, sources.Loggers);
    }

    /// <summary>The addresses bound, with their real ports; empty before <see cref="StartAsync"/>.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Binds and begins to answer.</summary>
    /// <exception cref="IOException">An address is taken.</exception>
    /// <exception cref="ArgumentException">An address is none, or not `http`.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var wanted = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        foreach (var url in _urls)
        {
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"Admin:Urls: \"{url}\" is not an http address; the admin port is plain, keep it on loopback or behind a proxy that encrypts.");
            }

            wanted.Add(url);
        }

        // The names that were configured; the real ports do not matter to the check.
        _handler.Hosts = new HostCheck(_urls);
        await _server.StartAsync(_handler, cancellationToken);
        Addresses = [.. wanted];
    }

    /// <summary>Stops. A scrape under way has a moment to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }
}
