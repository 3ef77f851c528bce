using Gateway.Configuration;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;

namespace Gateway.Tests.Telemetry;

/// <summary>Tests that listen for spans or measure process-wide names run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class TelemetryHostCollection
{
    public const string Name = "telemetry host";
}

/// <summary>An application with the gateway's telemetry and log, on a free port.</summary>
internal sealed class TelemetryHost : IAsyncDisposable
{
    private readonly Logger _logger;

    private TelemetryHost(WebApplication app, Logger logger)
    {
        App = app;
        _logger = logger;
    }

    public WebApplication App { get; }

    public string Url => App.Urls.Single();

    public Logger Log => _logger;

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    public static async Task<TelemetryHost> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, GatewayConfig? config = null, Action<WebApplication>? configure = null)
    {
        environment ??= new Dictionary<string, string>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var logger = LogSetup.CreateLogger(config, toStandardError: true, environment);
        builder.AddGatewayLogging(logger);
        builder.AddGatewayTelemetry(environment);
        var app = builder.Build();
        configure?.Invoke(app);
        await app.StartAsync();
        return new TelemetryHost(app, logger);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await _logger.DisposeAsync();
    }
}
