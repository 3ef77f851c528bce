using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Gateway.Forwarding;

/// <summary>One address of `Urls`, resolved as Kestrel resolves it.</summary>
/// <param name="Url">As written.</param>
/// <param name="IsHttps">TLS, with ALPN for the choice of protocol.</param>
/// <param name="Primary">Bound first.</param>
/// <param name="Alternative">`localhost`: bound beside the first. Any address: bound when there is no IPv6. Null for the others.</param>
/// <param name="Both">Whether the alternative is bound beside the first.</param>
internal sealed record ListenAddress(string Url, bool IsHttps, EndPoint Primary, IPEndPoint? Alternative, bool Both)
{
    /// <summary>Parses addresses separated by semicolons.</summary>
    /// <exception cref="FormatException">One of them is no address to listen on.</exception>
    public static IReadOnlyList<ListenAddress> ParseAll(string urls)
    {
        var addresses = new List<ListenAddress>();
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            addresses.Add(Parse(url));
        }

        return addresses;
    }

    /// <summary>`http://127.0.0.1:80`, `http://[::1]:80`, `http://localhost:80`, `http://unix:/path`; any other host name means any address.</summary>
    private static ListenAddress Parse(string url)
    {
        var address = BindingAddress.Parse(url);
        var https = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (!https && !address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"'{url}': the scheme must be http or https.");
        }

        if (address.IsNamedPipe || address.PathBase.Length > 0)
        {
            throw new FormatException($"'{url}' is no address to listen on; write one like http://127.0.0.1:8080.");
        }

        if (address.IsUnixPipe)
        {
            return new ListenAddress(url, https, new UnixDomainSocketEndPoint(address.UnixPipePath), null, Both: false);
        }

        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new ListenAddress(url, https, new IPEndPoint(IPAddress.Loopback, address.Port), new IPEndPoint(IPAddress.IPv6Loopback, address.Port), Both: true);
        }

        return IPAddress.TryParse(address.Host, out var ip)
            ? new ListenAddress(url, https, new IPEndPoint(ip, address.Port), null, Both: false)
            : new ListenAddress(url, https, new IPEndPoint(IPAddress.IPv6Any, address.Port), new IPEndPoint(IPAddress.Any, address.Port), Both: false);
    }
}
