using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>Marks the endpoint of a route that names a policy of ASP.NET: only there do the steps that carry policies out run.</summary>
internal sealed class RoutePolicies
{
    public static readonly RoutePolicies Instance = new();

    private RoutePolicies()
    {
    }

    public static bool AreNamedBy(RouteConfig route) =>
        route.AuthorizationPolicy is not null || route.CorsPolicy is not null || route.RateLimiterPolicy is not null
        || route.OutputCachePolicy is not null || route.Timeout is not null || route.TimeoutPolicy is not null;
}
