using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Resilience;

/// <summary>A server that answers as its test says, and keeps what it was asked.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Seen> _seen = new();

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>One request that came.</summary>
    internal sealed record Seen(string Method, string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers);

    public string Address { get; private set; } = "";

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<Seen> Requests => [.. _seen];

    /// <summary>Answers the n-th request, counted from one.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = static (_, _) => Task.CompletedTask;

    /// <param name="http2">Speaks prior-knowledge HTTP/2 alone, as a gRPC server does.</param>
    /// <param name="answer">The first answer to <see cref="Answer"/>.</param>
    public static async Task<ScriptedServer> StartAsync(bool http2, Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var server = new ScriptedServer(app) { Answer = answer };
        app.Run(server.RunAsync);
        await app.StartAsync(Wait.Token());
        server.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";
        return server;
    }

    /// <summary>An address nobody listens at, and that nobody else can take while the socket lives.</summary>
    public static (string Address, Socket Holder) Dead()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/", socket);
    }

    /// <summary>A gRPC failure as one header block.</summary>
    public static Task FailAsync(HttpContext context, int code, int? pushback = null)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-message"] = "not now";
        context.Response.Headers["grpc-status"] = code.ToString(CultureInfo.InvariantCulture);
        if (pushback is { } milliseconds)
        {
            context.Response.Headers["grpc-retry-pushback-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }

        return Task.CompletedTask;
    }

    /// <summary>gRPC messages, then a status.</summary>
    public static async Task ReplyAsync(HttpContext context, byte[] message, int code = 0)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(Frame(message));
        await context.Response.Body.FlushAsync();
        context.Response.AppendTrailer("grpc-status", code.ToString(CultureInfo.InvariantCulture));
    }

    public static byte[] Frame(byte[] message) => [0, 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task RunAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        int number;
        lock (_seen)
        {
            _seen.Enqueue(new(
                context.Request.Method, context.Request.Path, body.ToArray(),
                context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            number = _seen.Count;
        }

        await Answer(context, number);
    }
}
