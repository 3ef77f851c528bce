using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Edges.Grpc;
using Gateway.Edges.Http;
using Gateway.Edges.Sse;
using Gateway.Edges.WebSocket;
using Gateway.Forwarding;
using Gateway.Model;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gateway;

/// <summary>A running gateway: read, compiled, listening. Disposing it drains and stops it.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private const string DefaultUrls = "http://127.0.0.1:8080";

    private readonly WebApplication _app;
    private readonly ProcessTable _processes;
    private readonly ConfigFileWatcher? _watcher;

    private GatewayHost(WebApplication app, ProcessTable processes, ConfigFileWatcher? watcher)
    {
        _app = app;
        _processes = processes;
        _watcher = watcher;
    }

    /// <summary>Addresses it listens on, ports as they were bound.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    public IServiceProvider Services => _app.Services;

    /// <summary>Reads and compiles the file, and listens.</summary>
    /// <exception cref="GatewayConfigException">The file cannot be served; the exception lists everything that is wrong.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayHostOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var environment = options.Environment ?? GatewayConfigReader.ProcessEnvironment();
        var file = Path.GetFullPath(options.File);

        // 1. Read: every problem at once.
        var (config, problems) = GatewayConfigReader.Read(file, environment);
        if (config is null)
        {
            throw new GatewayConfigException(problems);
        }

        // 2. Build the host. Nothing is read from appsettings or the command line: the file is the configuration.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "gateway", ContentRootPath = Path.GetDirectoryName(file) });
        var processes = new ProcessTable();
        AddServices(builder.Services, options, processes);
        builder.Logging.AddSimpleConsole();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (options.ExtraLog is { } extra)
        {
            builder.Logging.AddProvider(extra);
        }

        Listen(builder, options, config);

        // 3. Compile: schemas, rules, plans.
        using var logs = LoggerFactory.Create(static _ => { });
        var compiler = Protocols.Compiler(processes, options.Clock, logs);
        var (model, found) = await compiler.CompileAsync(config, null, cancellationToken);
        if (model is null)
        {
            throw new GatewayConfigException(found);
        }

        // 4. Listen.
        var provider = new YarpConfigProvider(config, model);
        Proxy.Add(builder.Services, provider);
        builder.Services.AddSingleton(services => new GatewayReload(
            provider, compiler, file, environment, options.Clock, services.GetRequiredService<ILogger<GatewayReload>>()));
        var app = builder.Build();
        Proxy.Use(app, provider);
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<CallDrain>().Begin);
        await app.StartAsync(cancellationToken);
        return new GatewayHost(app, processes, options.Watch ? Watch(app, config, options.Clock) : null);
    }

    /// <summary>Reads the file again; empty when it is in force.</summary>
    public Task<IReadOnlyList<ConfigProblem>> ReloadAsync(CancellationToken cancellationToken) =>
        _app.Services.GetRequiredService<GatewayReload>().ReloadAsync(cancellationToken);

    /// <summary>Returns when the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync();
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
        await _processes.DisposeAsync();
    }

    private static ConfigFileWatcher Watch(WebApplication app, GatewayConfig config, TimeProvider clock)
    {
        var reload = app.Services.GetRequiredService<GatewayReload>();
        ConfigFileWatcher? watcher = null;
        watcher = new ConfigFileWatcher(
            Files(config),
            async cancellationToken =>
            {
                await reload.ReloadAsync(cancellationToken);
                watcher?.SetFiles(Files(reload.Model.Config));
            },
            clock,
            app.Services.GetRequiredService<ILogger<ConfigFileWatcher>>());
        return watcher;
    }

    /// <summary>The file, and every file it names that a reload would read again.</summary>
    private static IEnumerable<string> Files(GatewayConfig config) =>
        config.Clusters.Values.SelectMany(static cluster => cluster.Schema?.DescriptorSets ?? []).Prepend(config.File);

    /// <summary>The command line goes before the file's `Urls`; `Kestrel:Endpoints` alone leave no default address.</summary>
    private static void Listen(WebApplicationBuilder builder, GatewayHostOptions options, GatewayConfig config)
    {
        var kestrel = config.Tree.GetSection("Kestrel");
        builder.WebHost.UseKestrel();
        builder.WebHost.UseGatewayKestrel(kestrel);
        var urls = options.Urls ?? config.Urls ?? (kestrel.GetSection("Endpoints").GetChildren().Any() ? null : DefaultUrls);
        if (urls is not null)
        {
            builder.WebHost.UseGatewayListeners(urls);
        }
    }

    private static void AddServices(IServiceCollection services, GatewayHostOptions options, ProcessTable processes)
    {
        services.AddSingleton(options.Clock);
        services.AddSingleton(processes);
        services.AddSingleton<CallTelemetry>();
        services.AddSingleton<CallDrain>();
        services.AddSingleton<CallDispatcher>();
        services.AddSingleton<EdgeSelector>();

        // In the order of PROTOCOLS §10.1: the last one takes what no other claims.
        services.AddSingleton<IHttpEdge, GrpcEdge>();
        services.AddSingleton<IHttpEdge, WebSocketEdge>();
        services.AddSingleton<IHttpEdge, SseEdge>();
        services.AddSingleton<IHttpEdge, HttpEdge>();
    }
}
