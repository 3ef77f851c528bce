using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Samples.Chat;

// The chat's backend: a gRPC service on one port, and the page for browsers on another. Ports may be given as arguments.
var rpcPort = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50061;
var pagePort = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 50062;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Listen(IPAddress.Loopback, rpcPort, static listen => listen.Protocols = HttpProtocols.Http2);
    kestrel.Listen(IPAddress.Loopback, pagePort);
});
builder.Services.AddGrpc();
await using var app = builder.Build();
app.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot")) });
app.MapGrpcService<ChatService>();
await app.StartAsync();
Console.WriteLine($"chat: gRPC on port {rpcPort}, page on port {pagePort}");
await app.WaitForShutdownAsync();
