using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Bench;

/// <summary>
/// A server that the load driver starts as a process of its own: one port for HTTP/1.1, one for plaintext HTTP/2, and
/// `/stats/allocated` on the first. Says where it listens in one line on stdout; ends when stdin does.
/// </summary>
internal static class MeasuredServer
{
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        return builder;
    }

    public static async Task RunAsync(WebApplication app)
    {
        app.MapGet("/stats/allocated", () => TypedResults.Text(GC.GetTotalAllocatedBytes(precise: false).ToString()));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Console.WriteLine($"READY {addresses[0]} {addresses[1]}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is ever said; only the end of stdin means something.
        }

        await app.StopAsync(new CancellationToken(canceled: true));
    }
}
