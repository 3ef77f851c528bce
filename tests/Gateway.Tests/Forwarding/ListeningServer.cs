using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Gateway.Forwarding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Forwarding;

/// <summary>A server on real sockets that says what it was asked.</summary>
internal sealed class ListeningServer : IAsyncDisposable
{
    private ListeningServer(WebApplication app) => App = app;

    public WebApplication App { get; }

    public Uri Uri => new(App.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    /// <summary>Completed by the first request for /hold, which then waits for <see cref="Release"/>.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<ListeningServer> StartAsync(string urls = "http://127.0.0.1:0", SniffingOptions? options = null, TimeProvider? time = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();

        configure?.Invoke(builder);

        // The host's own setting must not add an address.
        builder.WebHost.UseUrls("http://127.0.0.1:1");
        builder.WebHost.UseGatewayListeners(urls, options);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        var app = builder.Build();
        var server = new ListeningServer(app);
        app.UseWebSockets();
        app.Map("/hold", server.HoldAsync);
        app.Map("/echo", EchoAsync);
        app.MapFallback(AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Uri.Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public HttpClient Client(Version version) => new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
    {
        BaseAddress = Uri,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async ValueTask DisposeAsync()
    {
        Release.TrySetResult();
        await App.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Method} {await body.ReadToEndAsync()}|{context.Connection.RemotePort}|{context.Connection.LocalPort}|{socket?.Connected}");
    }

    private async Task HoldAsync(HttpContext context)
    {
        Held.TrySetResult();
        await Release.Task;
        await context.Response.WriteAsync("released");
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        for (var message = await socket.ReceiveAsync(buffer, default); message.MessageType != WebSocketMessageType.Close; message = await socket.ReceiveAsync(buffer, default))
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }
}
