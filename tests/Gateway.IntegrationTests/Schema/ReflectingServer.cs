using System.Net;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Schema;

/// <summary>A Behaviours service that only echoes, beside exactly the reflection a test asks for.</summary>
internal sealed class ReflectingServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReflectingServer(WebApplication app)
    {
        _app = app;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Address { get; }

    public static Task<ReflectingServer> OnlyV1Async(int port = 0) => StartAsync(static app => app.MapGrpcService<ReflectionV1ServiceImpl>(), port);

    public static Task<ReflectingServer> OnlyV1AlphaAsync() => StartAsync(static app => app.MapGrpcService<ReflectionServiceImpl>());

    public static Task<ReflectingServer> WithoutReflectionAsync() => StartAsync(static _ => { });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task<ReflectingServer> StartAsync(Action<IEndpointRouteBuilder> reflect, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new ReflectionV1ServiceImpl(Behaviours.Descriptor));
        builder.Services.AddSingleton(new ReflectionServiceImpl(Behaviours.Descriptor));
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        reflect(app);
        await app.StartAsync(Wait.Token());
        return new ReflectingServer(app);
    }

    private sealed class EchoService : Behaviours.BehavioursBase
    {
        public override Task<EchoReply> Echo(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoReply { Text = request.Text });
    }
}
