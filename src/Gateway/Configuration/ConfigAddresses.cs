using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Gateway.Configuration;

/// <summary>Judges addresses and patterns. Each check continues the sentence that began with the value, or is null when it is fine.</summary>
/// <remarks>No check repeats the value: it may hold a secret of the environment.</remarks>
internal static class ConfigAddresses
{
    /// <summary>Addresses to listen on, separated by semicolons.</summary>
    public static string? CheckUrls(string urls)
    {
        var any = false;
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            any = true;
            if (CheckUrl(url) is { } wrong)
            {
                return wrong;
            }
        }

        return any ? null : "is no address to listen on; write one like \"http://127.0.0.1:8080\"";
    }

    /// <summary>The pattern of a route, in the syntax of ASP.NET.</summary>
    public static string? CheckPathPattern(string pattern)
    {
        try
        {
            RoutePatternFactory.Parse(pattern);
            return null;
        }
        catch (RoutePatternException invalid)
        {
            return $"is no path pattern: {invalid.Message}";
        }
    }

    /// <summary>An origin as browsers send it, or `*`.</summary>
    public static string? CheckOrigin(string origin)
    {
        if (origin is "*" or "null")
        {
            return null;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && origin == uri.GetLeftPart(UriPartial.Authority)
            ? null
            : "is no origin; write scheme and host only, like \"https://app.example.com\", or \"*\"";
    }

    /// <summary>The address of a destination against the protocol of its cluster.</summary>
    public static string? CheckDestination(string address, string protocol)
    {
        var webSocket = protocol == "websocket";
        // On Unix a path is an absolute URL to .NET: file:///….
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.IsFile || (uri.Host.Length == 0 && uri.Scheme is "http" or "https" or "ws" or "wss"))
        {
            return $"is no absolute URL; write one like \"{(webSocket ? "ws" : "http")}://127.0.0.1:5000\"";
        }

        return uri.Scheme switch
        {
            "http" or "https" => null,
            "ws" or "wss" when webSocket => null,
            "ws" or "wss" => $"does not fit Protocol '{protocol}'; use http or https, or Protocol 'websocket'",
            _ => $"does not fit Protocol '{protocol}'; use {(webSocket ? "ws, wss, http or https" : "http or https")}",
        };
    }

    private static string? CheckUrl(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return "is no address to listen on; write one like \"http://127.0.0.1:8080\"";
        }

        if (address.Scheme is not ("http" or "https"))
        {
            return "is no address to listen on: the scheme must be http or https";
        }

        if (address.IsUnixPipe)
        {
            return null;
        }

        return address switch
        {
            { IsNamedPipe: true } => "is no address to listen on: named pipes are not served",
            { Port: < 0 or > 65535 } => "is no address to listen on: the port must be from 0 to 65535",
            { PathBase.Length: > 0 } => "is no address to listen on: it has a path; match that with a route",
            _ => null,
        };
    }
}
