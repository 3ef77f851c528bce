using Gateway.Edges;
using Gateway.Model;
using Gateway.Own;
using Gateway.Security;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Transcoders.Calls;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace Gateway.Forwarding;

/// <summary>Puts YARP's pipeline together, with our last step in place of its own.</summary>
internal static class Proxy
{
    public static void Add(IServiceCollection services, YarpConfigProvider provider)
    {
        AllowedHosts.Add(services, provider.Current.Config);
        services.AddRouting();
        services.AddMetrics();
        services.AddAuthentication(NobodyAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, NobodyAuthentication>(NobodyAuthentication.SchemeName, null);
        services.AddAuthorization();
        services.AddCors();
        services.AddRateLimiter(static limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = static (refused, _) =>
            {
                if (refused.Lease.TryGetMetadata(System.Threading.RateLimiting.MetadataName.RetryAfter, out var delay))
                {
                    refused.HttpContext.Response.Headers.RetryAfter = ((long)Math.Ceiling(delay.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
                }

                return default;
            };
        });
        services.AddSingleton<ICorsPolicyProvider, CorsPolicies>();
        services.AddOutputCache();
        services.AddRequestTimeouts();
        services.AddReverseProxy();
        services.AddSingleton(provider);
        services.AddSingleton<IProxyConfigProvider>(provider);
        services.AddSingleton<IConfigChangeListener>(provider);

        // YARP's forwarder, decorated: see GatewayForwarder.
        var stock = services.Last(static d => d.ServiceType == typeof(IHttpForwarder));
        services.Replace(ServiceDescriptor.Singleton<IHttpForwarder>(sp => ActivatorUtilities.CreateInstance<GatewayForwarder>(
            sp, (IHttpForwarder)ActivatorUtilities.CreateInstance(sp, stock.ImplementationType!))));

        // Health in each protocol's own words.
        services.AddSingleton<IForwarderHttpClientFactory, HealthProbes.ClientFactory>();
        var probing = services.Last(static d => d.ServiceType == typeof(IProbingRequestFactory));
        services.Replace(ServiceDescriptor.Singleton<IProbingRequestFactory>(sp => new HealthProbes(
            (IProbingRequestFactory)ActivatorUtilities.CreateInstance(sp, probing.ImplementationType!), provider)));
        var destinations = services.Last(static d => d.ServiceType == typeof(IClusterDestinationsUpdater));
        services.Replace(ServiceDescriptor.Singleton<IClusterDestinationsUpdater>(sp => new ObservedDestinations(
            (IClusterDestinationsUpdater)ActivatorUtilities.CreateInstance(sp, destinations.ImplementationType!), sp.GetRequiredService<HealthBoard>())));
    }

    public static void Use(WebApplication app, YarpConfigProvider provider)
    {
        // The host would put these two before everything, for every request; the routes that name a policy get them in step 4.
        IApplicationBuilder pipeline = app;
        pipeline.Properties["__AuthenticationMiddlewareSet"] = true;
        pipeline.Properties["__AuthorizationMiddlewareSet"] = true;

        // 1. What is not one request to every reader is none.
        var writer = app.Services.GetRequiredService<StatusWriter>();
        app.UseStrictRequests(writer);
        AllowedHosts.Use(app, provider.Current.Config);

        // 2. Upgrades only: the feature this adds is not free, and few requests are upgrades.
        app.UseWhen(static context => Upgrades.IsAskedFor(context.Request), static upgrades => upgrades.UseWebSockets());
        app.UseRouting();
        app.UsePlainErrors(writer);

        // 3. Our own services, unless the route has them: they are no route, and have no policies.
        app.Use(ActivatorUtilities.CreateInstance<OwnServicesStep>(app.Services).InvokeAsync);

        // 4. The policies a route names, for the routes that name one. Endpoints refuse to run when their own is left out.
        app.UseWhen(static context => context.GetEndpoint()?.Metadata.GetMetadata<RoutePolicies>() is not null, static policed =>
        {
            // CORS first: a preflight carries no credentials, and a page is to see why it is refused.
            policed.Use(CorsPolicies.VaryAsync);
            policed.UseCors();
            policed.UseAuthentication();
            policed.UseAuthorization();
            policed.UseRateLimiter();
            policed.UseRequestTimeouts();
            policed.UseOutputCache();
        });
        var edges = app.Services.GetRequiredService<EdgeSelector>();
        var telemetry = app.Services.GetRequiredService<CallTelemetry>();
        var resilience = ActivatorUtilities.CreateInstance<ResilienceStep>(app.Services);
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(DescriptionStep.StepAsync);
            proxy.Use(resilience.InvokeAsync);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.Use((context, next) => NoDestination.StepAsync(context, next, edges, telemetry));
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) =>
        {
            // The compiled route rides on the endpoint, so a call keeps the snapshot it was routed by.
            if (((GatewayModel)provider.Latest.Model!).Routes.TryGetValue(route.RouteId, out var compiled))
            {
                endpoint.WithMetadata(compiled);
            }

            if (RoutePolicies.AreNamedBy(route))
            {
                endpoint.WithMetadata(RoutePolicies.Instance);
            }
        });
    }
}
