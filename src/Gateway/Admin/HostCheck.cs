using System.Net;

namespace Gateway.Admin;

/// <summary>Refuses names that a foreign page had resolved to this machine (DNS rebinding).</summary>
/// <remarks>
/// A browser on this machine reaches the loopback address for any page whose name resolves to it, and the page may then read what it
/// gets. Such a request carries the page's own name. So a connection to a loopback address must name the machine itself.
/// Connections to other addresses are not judged: there the network decides who reaches the port.
/// </remarks>
internal sealed class HostCheck
{
    private readonly HashSet<string> _configured = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="urls">The addresses the port is bound to; their host names are accepted too.</param>
    public HostCheck(IEnumerable<string> urls)
    {
        foreach (var url in urls)
        {
            _configured.Add(BindingAddress.Parse(url).Host);
        }
    }

    /// <param name="host">The request's Host; empty for an HTTP/1.0 client without one, which no browser is.</param>
    /// <param name="local">The address the connection came in on; null for what is not a network.</param>
    public bool Passes(HostString host, IPAddress? local)
    {
        if (!host.HasValue || local is null || !IsLoopback(local))
        {
            return true;
        }

        var name = host.Host;
        if (name.EndsWith('.'))
        {
            name = name[..^1];
        }

        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IsLoopback(address))
            || _configured.Contains(name);
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
