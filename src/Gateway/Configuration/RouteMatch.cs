using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace Gateway.Configuration;

/// <summary>Which calls by name a route of YARP can take, as far as its own keys say so: hosts and headers are the client's to choose.</summary>
public sealed class RouteMatch
{
    private readonly TemplateMatcher? _path;
    private readonly bool _takesPost;

    private RouteMatch(TemplateMatcher? path, bool takesPost, bool isGuarded)
    {
        _path = path;
        _takesPost = takesPost;
        IsGuarded = isGuarded;
    }

    /// <summary>The route names an AuthorizationPolicy other than `Anonymous`.</summary>
    public bool IsGuarded { get; }

    /// <summary>Reads the keys of a route that the checker has seen.</summary>
    public static RouteMatch Of(GatewayConfig config, string routeId)
    {
        ArgumentNullException.ThrowIfNull(config);
        var route = config.Tree.GetSection("ReverseProxy").GetSection("Routes").GetSection(routeId);
        var match = route.GetSection("Match");
        var path = match["Path"];
        var methods = match.GetSection("Methods").GetChildren().Select(static method => method.Value).ToList();
        var policy = route["AuthorizationPolicy"];
        return new RouteMatch(
            string.IsNullOrEmpty(path) ? null : new TemplateMatcher(new RouteTemplate(RoutePatternFactory.Parse(path)), []),
            methods.Count == 0 || methods.Contains("POST", StringComparer.OrdinalIgnoreCase),
            !string.IsNullOrEmpty(policy) && !policy.Equals("Anonymous", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>True when a gRPC call to `/pkg.Service/Method` can come this way.</summary>
    public bool Takes(string path) => _takesPost && (_path is null || _path.TryMatch(path, []));
}
