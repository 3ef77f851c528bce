using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>A WebSocket server that does what the query's `do` says, and remembers who came and how they left.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _active;

    private SocketServer(WebApplication app)
    {
        _app = app;
    }

    /// <summary>`ws://127.0.0.1:port`.</summary>
    public string Address => "ws" + _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()[4..];

    /// <summary>Every handshake, in order.</summary>
    public ConcurrentQueue<Seen> Handshakes { get; } = new();

    /// <summary>Close codes of clients, in order; 1006 for those that left without.</summary>
    public ConcurrentQueue<int> Closes { get; } = new();

    /// <summary>Messages received, in order.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Sockets open now.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Released once for each message that `do=ticks` is to send to each of its sockets.</summary>
    public SemaphoreSlim Ticks { get; } = new(0);

    public static async Task<SocketServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new SocketServer(app);
        app.UseWebSockets();
        app.Run(server.ServeAsync);
        await app.StartAsync(Wait.Token());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Ticks.Dispose();
    }

    private static Task SendAsync(System.Net.WebSockets.WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Wait.Token());

    private async Task ServeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        Handshakes.Enqueue(new Seen(
            context.Request.Path + context.Request.QueryString.Value,
            context.Request.Headers.ToDictionary(static header => header.Key.ToLowerInvariant(), static header => header.Value.ToString())));
        if (int.TryParse(query["http"], CultureInfo.InvariantCulture, out var status))
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = query["type"].FirstOrDefault() ?? "text/plain";
            await context.Response.WriteAsync(query["body"].ToString());
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        Interlocked.Increment(ref _active);
        try
        {
            await RunAsync(context, socket, query["do"].ToString());
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            Closes.Enqueue(1006);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    private async Task RunAsync(HttpContext context, System.Net.WebSockets.WebSocket socket, string what)
    {
        var query = context.Request.Query;
        switch (what)
        {
            case "reset":
                await ReceiveAsync(socket);
                context.Abort();
                return;
            case "banner":
                await SendAsync(socket, "welcome");
                await SendAsync(socket, """{"type":"ping"}""");
                Assert.Equal("""{"type":"pong"}""", await ReceiveAsync(socket));
                await SendAsync(socket, """{"type":"ready"}""");
                break;
            case "send":
                for (var i = 1; i <= int.Parse(query["n"]!, CultureInfo.InvariantCulture); i++)
                {
                    await SendAsync(socket, $$"""{"type":"tick","n":{{i}}}""");
                }

                await CloseAsync(socket, query);
                return;
            case "large":
                await SendAsync(socket, new string('x', int.Parse(query["n"]!, CultureInfo.InvariantCulture)));
                break;
            case "error":
                await SendAsync(socket, """{"error":{"code":8,"message":"slow down","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3s"}]}}""");
                await CloseAsync(socket, query);
                return;
            case "ticks":
                await ReceiveAsync(socket);
                for (var i = 1; ; i++)
                {
                    await Ticks.WaitAsync(context.RequestAborted);
                    await SendAsync(socket, $$"""{"type":"tick","n":{{i}}}""");
                }

            case "silent":
                break;
            default:
                while (await ReceiveAsync(socket) is { } message)
                {
                    await SendAsync(socket, message);
                }

                return;
        }

        while (await ReceiveAsync(socket) is not null)
        {
        }
    }

    private async Task<string?> ReceiveAsync(System.Net.WebSockets.WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, CancellationToken.None);
        if (result.MessageType == WebSocketMessageType.Close)
        {
            Closes.Enqueue((int)(socket.CloseStatus ?? 0));
            if (socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            }

            return null;
        }

        var text = (result.MessageType == WebSocketMessageType.Binary ? "binary:" : "") + Encoding.UTF8.GetString(buffer, 0, result.Count);
        Messages.Enqueue(text);
        return text;
    }

    private async Task CloseAsync(System.Net.WebSockets.WebSocket socket, IQueryCollection query)
    {
        var code = int.Parse(query["code"].FirstOrDefault() ?? "1000", CultureInfo.InvariantCulture);
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, query["reason"].ToString(), CancellationToken.None);
        while (await ReceiveAsync(socket) is not null)
        {
        }
    }

    /// <summary>One handshake.</summary>
    internal sealed record Seen(string Target, IReadOnlyDictionary<string, string> Headers);
}
