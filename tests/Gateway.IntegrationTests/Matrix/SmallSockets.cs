using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>
/// Sockets whose kernel buffers stay as they are made. The kernel lets a connection's buffers grow to tens of megabytes, and a test
/// that counts what was sent to a stalled reader would count those rather than the gateway's.
/// </summary>
internal static class SmallSockets
{
    private const int BufferSize = 64 * 1024;

    /// <summary>For Kestrel: accepted sockets have the buffers of the one that listens.</summary>
    public static void Listen(SocketTransportOptions options) => options.CreateBoundListenSocket = static endPoint =>
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        socket.SendBufferSize = BufferSize;
        socket.ReceiveBufferSize = BufferSize;
        return socket;
    };

    public static SocketsHttpHandler Client() => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        UseProxy = false,
        ResponseDrainTimeout = TimeSpan.Zero,
        ConnectCallback = static async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint, cancellationToken),
    };

    private static async ValueTask<NetworkStream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = BufferSize, SendBufferSize = BufferSize };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
