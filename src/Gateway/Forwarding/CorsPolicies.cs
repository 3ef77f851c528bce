using Gateway.Configuration;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Gateway.Forwarding;

/// <summary>Hands ASP.NET's CORS step the policies of the configuration in force. Source: the Fetch standard, "CORS protocol"; PROTOCOLS §3.2.</summary>
internal sealed class CorsPolicies(YarpConfigProvider provider) : ICorsPolicyProvider
{
    /// <summary>What clients of gRPC-Web and Connect send beyond what every page may.</summary>
    private static readonly string[] ProtocolHeaders =
        ["Content-Type", "Grpc-Timeout", "X-Grpc-Web", "X-User-Agent", "Connect-Protocol-Version", "Connect-Timeout-Ms"];

    /// <summary>What they must read: how a call ended, where there was no message to say it after.</summary>
    private static readonly string[] ProtocolAnswers = ["Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"];

    private volatile Compiled? _compiled;

    /// <summary>The policy; null when there is none of the name. YARP asks for `Default` by no name, and holds it an error that one is called so.</summary>
    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        if (policyName is not null && policyName.Equals(CorsSettings.DefaultName, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult<CorsPolicy?>(null);
        }

        // The snapshot that is being validated names policies of its own.
        var config = provider.Latest.Config;
        if (_compiled is not { } compiled || !ReferenceEquals(compiled.Config, config))
        {
            _compiled = compiled = new Compiled(config, config.Cors.ToDictionary(static p => p.Key, static p => Compile(p.Value), StringComparer.OrdinalIgnoreCase));
        }

        return Task.FromResult(compiled.Policies.GetValueOrDefault(policyName ?? CorsSettings.DefaultName));
    }

    /// <summary>Answers that depend on the origin say so, also those to requests that name none: a cache would hand them to a page.</summary>
    public static Task VaryAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IEnableCorsAttribute>() is not null)
        {
            context.Response.OnStarting(
                static state =>
                {
                    var headers = ((HttpContext)state).Response.Headers;
                    if (!headers.Vary.ToString().Contains(HeaderNames.Origin, StringComparison.OrdinalIgnoreCase) && headers.AccessControlAllowOrigin != "*")
                    {
                        headers.Append(HeaderNames.Vary, HeaderNames.Origin);
                    }

                    return Task.CompletedTask;
                },
                context);
        }

        return next(context);
    }

    private static CorsPolicy Compile(CorsSettings settings)
    {
        var builder = new CorsPolicyBuilder()
            .WithMethods([.. settings.AllowedMethods])
            .WithExposedHeaders([.. ProtocolAnswers.Union(settings.ExposedHeaders, StringComparer.OrdinalIgnoreCase)])
            .SetPreflightMaxAge(settings.MaxAge);
        _ = settings.AllowedHeaders.Contains("*") ? builder.AllowAnyHeader() : builder.WithHeaders([.. ProtocolHeaders.Union(settings.AllowedHeaders, StringComparer.OrdinalIgnoreCase)]);
        _ = settings.AllowedOrigins.Contains("*") ? builder.AllowAnyOrigin() : builder.WithOrigins([.. settings.AllowedOrigins]).SetIsOriginAllowedToAllowWildcardSubdomains();
        if (settings.AllowCredentials)
        {
            builder.AllowCredentials();
        }

        return builder.Build();
    }

    private sealed record Compiled(GatewayConfig Config, Dictionary<string, CorsPolicy> Policies);
}
