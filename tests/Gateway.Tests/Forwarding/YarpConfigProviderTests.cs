using Gateway.Configuration;
using Gateway.Forwarding;
using Gateway.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Forwarding;

public sealed class YarpConfigProviderTests
{
    [Fact]
    public async Task Apply_TakesEffectBeforeItReturns()
    {
        await using var proxy = new Proxy(WithPath("/a"));

        var applied = proxy.Provider.ApplyAsync(ConfigText.Good(WithPath("/b")), "model", CancellationToken.None);

        Assert.True(applied.IsCompletedSuccessfully);
        Assert.Empty(await applied);
        Assert.Equal("/b", proxy.PathInForce);
        Assert.Equal("model", proxy.Provider.Current.Model);
    }

    [Fact]
    public async Task Rejected_IsListedWithItsPlace_AndTheOldOneStaysInForce()
    {
        await using var proxy = new Proxy(WithPath("/a"));
        var before = proxy.Provider.Current.Config;

        var problems = await proxy.Provider.ApplyAsync(ConfigText.Good(Rejected), null, CancellationToken.None);

        Assert.Equal(
            [
                $"gateway.json:2:3: ReverseProxy:Routes:r: Timeout policy 'nowhere' not found for route 'r'.",
                $"gateway.json:2:3: ReverseProxy:Routes:r: Authorization policy 'nobody' not found for route 'r'.",
            ],
            problems.Select(p => p.ToString()).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal("/a", proxy.PathInForce);
        Assert.Same(before, proxy.Provider.Current.Config);
    }

    [Fact]
    public async Task AfterARejection_TheNextOneIsTaken()
    {
        await using var proxy = new Proxy(WithPath("/a"));
        Assert.NotEmpty(await proxy.Provider.ApplyAsync(ConfigText.Good(Rejected), null, CancellationToken.None));
        Assert.NotEmpty(await proxy.Provider.ApplyAsync(ConfigText.Good(Rejected), null, CancellationToken.None));

        Assert.Empty(await proxy.Provider.ApplyAsync(ConfigText.Good(WithPath("/c")), null, CancellationToken.None));

        Assert.Equal("/c", proxy.PathInForce);
    }

    [Fact]
    public async Task AfterARejection_YarpHoldsTheGoodOne()
    {
        await using var proxy = new Proxy(WithPath("/a"));

        await proxy.Provider.ApplyAsync(ConfigText.Good(Rejected), null, CancellationToken.None);

        Assert.Same(proxy.Provider.Current, proxy.LastApplied);
    }

    [Fact]
    public async Task WhileEndpointsAreBuilt_LatestIsTheNewOne()
    {
        await using var proxy = new Proxy(WithPath("/a"));

        await proxy.Provider.ApplyAsync(ConfigText.Good(WithPath("/b")), "new", CancellationToken.None);

        Assert.Equal([null, "new"], proxy.ModelsSeen);
    }

    [Fact]
    public async Task ChangeOfOurKeysAlone_RebuildsTheEndpoint()
    {
        await using var proxy = new Proxy(ConfigText.WithRoute("\"MaxRequestBodySize\": 1"));

        await proxy.Provider.ApplyAsync(ConfigText.Good(ConfigText.WithRoute("\"MaxRequestBodySize\": 2")), null, CancellationToken.None);
        await proxy.Provider.ApplyAsync(ConfigText.Good(ConfigText.WithRoute("\"MaxRequestBodySize\": 2")), null, CancellationToken.None);

        Assert.Equal(2, proxy.ModelsSeen.Count);
    }

    [Fact]
    public async Task BeforeYarpStarts_TheLastOneOfferedIsLoaded()
    {
        using var provider = new YarpConfigProvider(ConfigText.Good(WithPath("/a")));

        Assert.Empty(await provider.ApplyAsync(ConfigText.Good(WithPath("/b")), null, CancellationToken.None));

        await using var proxy = new Proxy(provider);
        Assert.Equal("/b", proxy.PathInForce);
    }

    [Fact]
    public async Task Validate_AsksYarpWithoutApplying()
    {
        await using var proxy = new Proxy(WithPath("/a"));
        var (snapshot, _) = YarpBinder.Bind(ConfigText.Good(Rejected), null);

        var problems = await YarpProblems.ValidateAsync(snapshot!, proxy.Services.GetRequiredService<IConfigValidator>());

        Assert.Equal(2, problems.Count);
        Assert.Equal("/a", proxy.PathInForce);
    }

    private const string Rejected = """
        { "ReverseProxy": { "Clusters": { "c": { "Destinations": { "a": { "Address": "http://h:1" } } } }, "Routes": {
          "r": { "ClusterId": "c", "AuthorizationPolicy": "nobody", "TimeoutPolicy": "nowhere", "Match": { "Path": "/x" } } } } }
        """;

    private static string WithPath(string path) => $$"""
        { "ReverseProxy": { "Clusters": { "c": { "Destinations": { "a": { "Address": "http://h:1" } } } }, "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "{{path}}" } } } } }
        """;

    /// <summary>A host with YARP in it that listens nowhere.</summary>
    private sealed class Proxy : IConfigChangeListener, IAsyncDisposable
    {
        private readonly WebApplication _app;

        public Proxy(string json)
            : this(new YarpConfigProvider(ConfigText.Good(json)))
        {
        }

        public Proxy(YarpConfigProvider provider)
        {
            Provider = provider;
            var builder = WebApplication.CreateSlimBuilder();
            builder.Services.AddRouting();
            builder.Services.AddAuthorization();
            builder.Services.AddCors();
            builder.Services.AddReverseProxy();
            builder.Services.AddSingleton<IProxyConfigProvider>(provider);
            builder.Services.AddSingleton<IConfigChangeListener>(provider);
            builder.Services.AddSingleton<IConfigChangeListener>(this);
            _app = builder.Build();
            _app.MapReverseProxy().ConfigureEndpoints(_ => ModelsSeen.Add(Provider.Latest.Model));
            Source = ((IEndpointRouteBuilder)_app).DataSources.Single();
            _ = Source.Endpoints;
        }

        public YarpConfigProvider Provider { get; }

        public EndpointDataSource Source { get; }

        public IServiceProvider Services => _app.Services;

        public List<object?> ModelsSeen { get; } = [];

        public IProxyConfig? LastApplied { get; private set; }

        public string? PathInForce
        {
            get
            {
                Assert.True(Services.GetRequiredService<IProxyStateLookup>().TryGetRoute("r", out var route));
                return route!.Config.Match.Path;
            }
        }

        public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception)
        {
        }

        public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
        {
        }

        public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception)
        {
        }

        public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => LastApplied = proxyConfigs.Single();

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            Provider.Dispose();
        }
    }
}
