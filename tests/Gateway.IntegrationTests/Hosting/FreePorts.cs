using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Ports for programs that cannot bind port 0 and say which they got. Free a moment ago: another program may be quicker.</summary>
internal static class FreePorts
{
    public static int[] Find(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }

    /// <summary>Waits until somebody listens: only for programs that do not say so.</summary>
    public static async Task WaitForAsync(int port)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
