using System.Net;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Samples.Library;

/// <summary>The sample gRPC server: Library, Behaviours, health and reflection on one loopback port in plaintext HTTP/2.</summary>
public sealed class LibraryServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LibraryServer(WebApplication app)
    {
        _app = app;
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(bound.Addresses.First());
    }

    /// <summary>Where it listens: `http://127.0.0.1:port/`.</summary>
    public Uri Address { get; }

    /// <summary>The counters behind Behaviours.State, for observers in the same process.</summary>
    public CallLedger Ledger => _app.Services.GetRequiredService<CallLedger>();

    /// <summary>What grpc.health.v1.Health answers; SERVING for both services and for "" at start.</summary>
    public HealthServiceImpl Health => _app.Services.GetRequiredService<HealthServiceImpl>();

    /// <summary>Starts a server with its own store. The caller disposes it.</summary>
    /// <param name="port">0 lets the system choose a free one.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LibraryServer> StartAsync(int port = 0, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        AddServices(builder.Services);

        var app = builder.Build();
        MapServices(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new LibraryServer(app);
    }

    /// <summary>Ends every connection at once, as a crash would: clients see resets, not statuses.</summary>
    public Task KillAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        // Streams that never end must not hold up the stop.
        await KillAsync();
        await _app.DisposeAsync();
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            // Above the limits of any gateway in front, so that theirs are the ones that bind.
            grpc.MaxReceiveMessageSize = 64 * 1024 * 1024;
            grpc.MaxSendMessageSize = null;
        });
        services.AddGrpcReflection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<BookStore>();
        services.AddSingleton<DiscussionRooms>();
        services.AddSingleton<CallLedger>();

        var health = new HealthServiceImpl();
        health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        health.SetStatus("library.v1.Library", HealthCheckResponse.Types.ServingStatus.Serving);
        health.SetStatus("library.v1.Behaviours", HealthCheckResponse.Types.ServingStatus.Serving);
        services.AddSingleton(health);
    }

    private static void MapServices(WebApplication app)
    {
        app.MapGrpcService<LibraryService>();
        app.MapGrpcService<BehavioursService>();
        app.MapGrpcService<HealthServiceImpl>();
        app.MapGrpcReflectionService();
    }
}
