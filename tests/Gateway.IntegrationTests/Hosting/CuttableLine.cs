using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Passes bytes to a port on loopback, until it is cut: then both ends see what they would see of a crash.</summary>
internal sealed class CuttableLine : IAsyncDisposable
{
    private readonly int _port;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly Task _accepting;

    public CuttableLine(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>Resets every connection; new ones are taken again.</summary>
    public void Cut()
    {
        // No lingering: RST instead of FIN, which a client may take for a connection that was closed in time, and ask again. All of
        // them first: the end of one lets the other end of its line be disposed at once.
        var cut = _sockets.Keys.ToArray();
        foreach (var socket in cut)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (ObjectDisposedException)
            {
                // Its connection has just ended by itself.
            }
        }

        foreach (var socket in cut)
        {
            _sockets.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                // Small buffers: what is in the line is not backpressure's to hide.
                client.ReceiveBufferSize = server.ReceiveBufferSize = client.SendBufferSize = server.SendBufferSize = 64 * 1024;
                await server.ConnectAsync(IPAddress.Loopback, _port);
                _sockets[client] = _sockets[server] = true;
                _ = PassAsync(client, server);
                _ = PassAsync(server, client);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) != 0;)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or one end is gone: the other learns it.
            foreach (var socket in (ReadOnlySpan<Socket>)[from, to])
            {
                _sockets.TryRemove(socket, out _);
                socket.Dispose();
            }
        }
    }
}
