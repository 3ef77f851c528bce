using Gateway.Admin;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Edges.Grpc;
using Gateway.Edges.Http;
using Gateway.Edges.Sse;
using Gateway.Edges.Stdio;
using Gateway.Edges.WebSocket;
using Gateway.Forwarding;
using Gateway.Model;
using Gateway.Own;
using Gateway.Sessions;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Serilog.Core;

namespace Gateway;

/// <summary>A running gateway: read, compiled, listening. Disposing it drains and stops it.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary>
    /// How long a stop may take before connections are cut: streams have been told at the end of their drain, and unary calls
    /// have met their default deadline, each with a status.
    /// </summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(35);

    private readonly WebApplication _app;
    private readonly AdminServer? _admin;
    private readonly ProcessTable _processes;
    private readonly Logger _log;
    private ConfigFileWatcher? _watcher;
    private SchemaRefresh? _refresh;

    private GatewayHost(WebApplication app, AdminServer? admin, ProcessTable processes, Logger log)
    {
        _app = app;
        _admin = admin;
        _processes = processes;
        _log = log;
    }

    /// <summary>Addresses it listens on, ports as they were bound.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>Addresses of the admin port, ports as they were bound.</summary>
    public IReadOnlyList<string> AdminAddresses => _admin?.Addresses ?? [];

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

        // 2. Build the host. Nothing is read from appsettings or a command line: the file is the configuration.
        var log = LogSetup.CreateLogger(config, options.LogsToStandardError, environment, options.IsQuiet);
        var processes = new ProcessTable();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "gateway", ContentRootPath = Path.GetDirectoryName(file) });
        builder.AddGatewayLogging(log);
        if (options.ExtraLog is { } extra)
        {
            builder.Logging.AddProvider(extra);
        }

        builder.AddGatewayTelemetry(environment, isScraped: options.Server is null);
        AddServices(builder.Services, options, processes);
        var board = new HealthBoard();
        builder.Services.AddSingleton(board);
        Listen(builder, options, config);

        // 3. Compile: schemas, rules, plans.
        ILoggerFactory logs = options.ExtraLog is { } listener
            ? LoggerFactory.Create(logging => logging.AddProvider(new Serilog.Extensions.Logging.SerilogLoggerProvider(log)).AddProvider(listener))
            : new Serilog.Extensions.Logging.SerilogLoggerFactory(log);
        var pins = new SchemaPins(SchemaPins.DefaultDirectory(environment), isReadOnly: options.Server is not null, logs.CreateLogger<SchemaPins>());
        var compiler = Protocols.Compiler(processes, options.Clock, logs, pins, options.Backends, board);
        var (model, found) = await compiler.CompileAsync(config, null, cancellationToken);
        if (model is null)
        {
            await log.DisposeAsync();
            throw new GatewayConfigException(found);
        }

        // 4. Listen, the admin port first: it tells that the rest is not ready yet.
        var provider = new YarpConfigProvider(config, model) { Changed = applied => board.Publish(((GatewayModel)applied.Model!).Own) };
        board.Publish(model.Own);
        Proxy.Add(builder.Services, provider);
        var reloads = new ReloadState(options.Clock);
        builder.Services.AddSingleton(services => new GatewayReload(
            provider, compiler, file, environment,
            applied => Applied(applied, reloads, services), rejected => Rejected(rejected, reloads, services),
            services.GetRequiredService<ILogger<GatewayReload>>()));
        var app = builder.Build();
        Proxy.Use(app, provider);
        board.Watch(DestinationStates.Lookup(app.Services));
        var ready = new Readiness { IsConfigured = true };
        var admin = options.Server is not null ? null : new AdminServer(options.AdminUrls ?? config.AdminUrls, Sources(app, provider, processes, reloads, ready, options.Clock));
        var host = new GatewayHost(app, admin, processes, log);
        try
        {
            await host.StartAsync(provider, reloads, ready, cancellationToken);
            host.Watch(options, config);
            host._refresh = new SchemaRefresh(
                app.Services.GetRequiredService<GatewayReload>(), compiler, options.Clock, app.Services.GetRequiredService<ILogger<SchemaRefresh>>());
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the file again; empty when it is in force.</summary>
    public Task<IReadOnlyList<ConfigProblem>> ReloadAsync(CancellationToken cancellationToken) =>
        _app.Services.GetRequiredService<GatewayReload>().ReloadAsync(cancellationToken);

    /// <summary>Returns when the process is told to stop, by a signal or by the token.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync();
        }

        if (_refresh is not null)
        {
            await _refresh.DisposeAsync();
        }

        // Calls drain while the admin port still answers that they do.
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _processes.DisposeAsync();
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        await _log.DisposeAsync();
    }

    private async Task StartAsync(YarpConfigProvider provider, ReloadState reloads, Readiness ready, CancellationToken cancellationToken)
    {
        Applied(provider.Current.Config, reloads, _app.Services);
        HostTelemetry.Start(_app.Services, _processes);
        var drain = _app.Services.GetRequiredService<CallDrain>();
        _app.Lifetime.ApplicationStopping.Register(() =>
        {
            ready.IsDraining = true;
            drain.Begin();
            _app.Services.GetRequiredService<HealthBoard>().Stop();
        });
        if (_admin is not null)
        {
            await _admin.StartAsync(cancellationToken);
        }

        await _app.StartAsync(cancellationToken);
        ready.IsListening = true;
    }

    private static void Applied(GatewayConfig config, ReloadState reloads, IServiceProvider services)
    {
        reloads.Applied(config);
        services.GetRequiredService<ConfigTelemetry>().Applied();
    }

    private static void Rejected(IReadOnlyList<ConfigProblem> problems, ReloadState reloads, IServiceProvider services)
    {
        reloads.Rejected(problems);
        services.GetRequiredService<ConfigTelemetry>().Rejected();
    }

    private void Watch(GatewayHostOptions options, GatewayConfig config)
    {
        if (!options.Watch)
        {
            return;
        }

        var reload = _app.Services.GetRequiredService<GatewayReload>();
        _watcher = new ConfigFileWatcher(
            Files(config),
            async cancellationToken =>
            {
                await reload.ReloadAsync(cancellationToken);
                _watcher?.SetFiles(Files(reload.Model.Config));
            },
            options.Clock,
            _app.Services.GetRequiredService<ILogger<ConfigFileWatcher>>());
    }

    /// <summary>The file, and every file it names that a reload would read again.</summary>
    private static IEnumerable<string> Files(GatewayConfig config) =>
        config.Clusters.Values.SelectMany(static cluster => SchemaFiles.All(cluster.Schema)).Prepend(config.File);

    private static AdminSources Sources(
        WebApplication app, YarpConfigProvider provider, ProcessTable processes, ReloadState reloads, Readiness ready, TimeProvider clock) => new()
    {
        Readiness = ready,
        Reload = reloads,
        Routes = json => AdminRoutes.Write(json, (GatewayModel)provider.Current.Model!),
        Description = id => ((GatewayModel)provider.Current.Model!).Routes.GetValueOrDefault(id)?.Description,
        Calls = app.Services.GetRequiredService<CallRegistry>(),
        Processes = processes,
        Metrics = app.Services.GetRequiredService<PrometheusExporter>(),
        Clock = clock,
        Loggers = app.Services.GetRequiredService<ILoggerFactory>(),
    };

    /// <summary>The command line goes before the file's `Urls`; `Kestrel:Endpoints` alone leave no default address.</summary>
    private static void Listen(WebApplicationBuilder builder, GatewayHostOptions options, GatewayConfig config)
    {
        if (options.Server is { } server)
        {
            builder.Services.AddSingleton(server);
            return;
        }

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
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        services.AddSingleton(options.Clock);
        services.AddSingleton(processes);
        services.AddSingleton<CallDrain>();
        services.AddSingleton<CallDispatcher>();
        services.AddSingleton<EdgeSelector>();
        services.AddSingleton<Transcoders.Calls.StatusWriter>(new Transcoders.Payloads.StatusJsonWriter(Transcoders.Schema.SchemaCatalog.BuiltIn));
        services.AddSingleton<ReplayTable>();

        // In the order of PROTOCOLS §10.1: the last one takes what no other claims.
        services.AddSingleton<IHttpEdge, StdioEdge>();
        services.AddSingleton<IHttpEdge, GrpcEdge>();
        services.AddSingleton<IHttpEdge, WebSocketEdge>();
        services.AddSingleton<IHttpEdge, SseEdge>();
        services.AddSingleton<IHttpEdge, HttpEdge>();
    }
}
