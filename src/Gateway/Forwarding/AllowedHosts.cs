using Gateway.Configuration;
using Microsoft.AspNetCore.HostFiltering;

namespace Gateway.Forwarding;

/// <summary>ASP.NET's `AllowedHosts`: requests for any other host are answered 400. Read at start, as ASP.NET does; `*` or nothing allows all.</summary>
internal static class AllowedHosts
{
    public static IList<string> Read(GatewayConfig config)
    {
        var hosts = (config.Tree["AllowedHosts"] ?? "*").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return hosts.Contains("*") ? [] : hosts;
    }

    public static void Add(IServiceCollection services, GatewayConfig config)
    {
        if (Read(config) is { Count: > 0 } hosts)
        {
            services.AddHostFiltering(options => options.AllowedHosts = hosts);
        }
    }

    /// <summary>Adds the step where hosts are named, and nothing where all are allowed.</summary>
    public static void Use(IApplicationBuilder pipeline, GatewayConfig config)
    {
        if (Read(config).Count > 0)
        {
            pipeline.UseHostFiltering();
        }
    }
}
