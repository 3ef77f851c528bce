using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Forwarding;

/// <summary>The addresses of the gateway: in plaintext, HTTP/1.1, WebSocket and prior-knowledge HTTP/2 share one port.</summary>
internal static class GatewayListeners
{
    /// <summary>Listens on <paramref name="urls"/>. May be called again for more addresses (the admin port).</summary>
    /// <remarks>
    /// `http://` is told apart by its first bytes, since Kestrel alone serves either protocol in plaintext, never both.
    /// `https://` is Kestrel's own, with ALPN. `Kestrel:Endpoints` of the configuration are untouched by this.
    /// </remarks>
    /// <param name="builder">The host; its own `urls` setting is not used any more.</param>
    /// <param name="urls">Addresses separated by semicolons; port 0 lets the system choose.</param>
    /// <param name="options">Bounds of connections not told apart yet; null means the defaults.</param>
    /// <param name="configure">Runs for each listener Kestrel sees (two per plaintext address), to add connection middleware; null for none.</param>
    /// <exception cref="FormatException">One of the addresses is none.</exception>
    public static IWebHostBuilder UseGatewayListeners(
        this IWebHostBuilder builder, string urls, SniffingOptions? options = null, Action<ListenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(urls);
        var addresses = ListenAddress.ParseAll(urls);
        if (addresses.Any(a => a.IsHttps))
        {
            builder.UseKestrelHttpsConfiguration();
        }

        builder.ConfigureServices(services =>
        {
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, SniffingListenerFactory>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DistinctAddresses>());
        });
        return builder.ConfigureKestrel(kestrel =>
        {
            foreach (var address in addresses)
            {
                Listen(kestrel, address, options ?? SniffingOptions.Default, configure);
            }
        });
    }

    /// <summary>Lets Kestrel read its section: endpoints, certificates, and the limits its own loader leaves out.</summary>
    /// <remarks>Before <see cref="UseGatewayListeners"/>: an `https://` address takes its certificate from here.</remarks>
    /// <param name="builder">The host.</param>
    /// <param name="kestrel">The `Kestrel` section of the configuration, checked by the reader.</param>
    public static IWebHostBuilder UseGatewayKestrel(this IWebHostBuilder builder, IConfiguration kestrel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(kestrel);
        if (kestrel.GetSection("Endpoints").GetChildren().Any() || kestrel.GetSection("Certificates").GetChildren().Any())
        {
            builder.UseKestrelHttpsConfiguration();
        }

        return builder.ConfigureKestrel(options =>
        {
            options.Configure(kestrel);
            KestrelLimits.Apply(options, kestrel);
        });
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, SniffingOptions options, Action<ListenOptions>? configure)
    {
        if (address.IsHttps)
        {
            ListenTls(kestrel, address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps();
                configure?.Invoke(listen);
            });
            return;
        }

        var services = kestrel.ApplicationServices;
        var socket = new SniffingSocket(
            address, options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<SniffingSocket>>());
        foreach (var (protocol, protocols) in (ReadOnlySpan<(SniffedProtocol, HttpProtocols)>)[(SniffedProtocol.Http1, HttpProtocols.Http1), (SniffedProtocol.Http2, HttpProtocols.Http2)])
        {
            kestrel.Listen(new SniffingEndPoint(socket, protocol), listen =>
            {
                listen.Protocols = protocols;
                configure?.Invoke(listen);
            });
        }
    }

    private static void ListenTls(KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        switch (address)
        {
            case { Both: true }:
                kestrel.ListenLocalhost(address.Alternative!.Port, configure);
                break;
            case { Alternative: { } any }:
                kestrel.ListenAnyIP(any.Port, configure);
                break;
            default:
                kestrel.Listen(address.Primary, configure);
                break;
        }
    }
}
