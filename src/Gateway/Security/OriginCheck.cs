using Microsoft.Extensions.Primitives;

namespace Gateway.Security;

/// <summary>Which web pages may open a WebSocket. Source: RFC 6455 §10.2: a browser enforces no same-origin rule here, the server must.</summary>
public static class OriginCheck
{
    /// <summary>
    /// True when the request comes from no browser (no Origin), from the gateway's own origin, or from one that is allowed.
    /// `*` in <paramref name="allowed"/> allows all.
    /// </summary>
    public static bool Passes(HttpRequest request, IReadOnlyList<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(allowed);
        var origins = request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origins))
        {
            return true;
        }

        if (origins.Count != 1 || origins[0] is not { } origin)
        {
            return false;
        }

        foreach (var entry in allowed)
        {
            if (entry == "*" || entry.Equals(origin, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && request.Host.HasValue
            && page.Authority.Equals(WithoutDefaultPort(request.Host, page.Scheme), StringComparison.OrdinalIgnoreCase);
    }

    private static string WithoutDefaultPort(HostString host, string scheme) =>
        host.Port is { } port && port == (scheme == "https" ? 443 : 80) ? host.Host : host.Value ?? "";
}
