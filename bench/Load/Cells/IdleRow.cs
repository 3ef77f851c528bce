using System.Net.Sockets;
using System.Text;

namespace Gateway.Bench.Driver.Cells;

/// <summary>What a connection costs in memory that does nothing, in the proxy's own process.</summary>
/// <param name="Id">`edge-backend/idle`.</param>
/// <param name="Connections">How many are opened.</param>
/// <param name="Path">Where.</param>
/// <param name="IsSocket">A WebSocket, on which one message is answered first where it is to be; else an event stream whose head is read.</param>
/// <param name="Message">Sent on a socket; empty for none.</param>
internal sealed record IdleRow(string Id, int Connections, string Path, bool IsSocket, byte[] Message)
{
    /// <summary>Measurements, each in a process of its own.</summary>
    private const int Rounds = 2;

    /// <summary>Connections that are there before the first reading: what is made once is not counted.</summary>
    private const int Before = 30;

    private const int AtOnce = 100;

    private static readonly byte[] Json = Payloads.Json(Payloads.Small);

    public static IReadOnlyList<IdleRow> All { get; } =
    [
        new("websocket-http/idle", 500, "/http/echo", true, Json),
        new("websocket-grpc/idle", 500, "/v1/talk", true, Json),
        new("websocket-sse/idle", 500, "/sse/idle", true, []),
        new("websocket-stdio/idle", 100, "/cat", true, Json),
        new("sse-http/idle", 500, "/http/idle", false, []),
        new("sse-websocket/idle", 500, "/ws/echo", false, []),
        new("sse-grpc/idle", 500, "/v1/stream?count=-1", false, []),
        new("sse-stdio/idle", 100, "/sleep", false, []),
    ];

    /// <summary>Bytes of the gateway's resident memory for each connection.</summary>
    public async Task<double> RunAsync(CellServers servers) => await MeanAsync(async () => await servers.StartGatewayAsync(), Path);

    /// <summary>The same of websocketd; null where it has no part or is not installed.</summary>
    public async Task<double?> RunWebsocketdAsync(CellServers servers) =>
        Id == "websocket-stdio/idle" && servers.Websocketd is not null ? await MeanAsync(async () => (await servers.StartWebsocketdAsync())!, "/") : null;

    private async Task<double> MeanAsync(Func<Task<ServerProcess>> start, string path)
    {
        var sum = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await start();
            var open = new List<IDisposable>();
            try
            {
                await OpenAsync(server, path, Before, open);
                var before = await SettledAsync(server);
                await OpenAsync(server, path, Connections, open);
                sum += (double)(await SettledAsync(server) - before) / Connections;
            }
            finally
            {
                open.ForEach(connection => connection.Dispose());
            }
        }

        return sum / Rounds;
    }

    private static async Task<long> SettledAsync(ServerProcess server)
    {
        await server.CollectAsync();
        return server.Memory;
    }

    private async Task OpenAsync(ServerProcess server, string path, int count, List<IDisposable> open)
    {
        for (var left = count; left > 0; left -= AtOnce)
        {
            open.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(left, AtOnce)).Select(_ => IsSocket ? SocketAsync(server, path) : EventsAsync(server, path))));
        }
    }

    private async Task<IDisposable> SocketAsync(ServerProcess server, string path)
    {
        var socket = new RawWebSocket(server.Http1, path);
        await socket.ConnectAsync(4096, CancellationToken.None);
        if (Message.Length > 0)
        {
            await socket.SendAsync(RawWebSocket.Frame(Message), CancellationToken.None);
        }

        // Where nothing is sent the backend begins.
        return await socket.ReadAsync(CancellationToken.None) is null ? throw new InvalidDataException($"{Id}: closed with {socket.CloseCode}") : socket;
    }

    private async Task<IDisposable> EventsAsync(ServerProcess server, string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Http1.Host, server.Http1.Port);
        await socket.SendAsync(HttpLoad.Get(server.Http1, path, "text/event-stream"));
        var buffer = new byte[4096];
        var read = await socket.ReceiveAsync(buffer.AsMemory());
        var head = Encoding.ASCII.GetString(buffer, 0, read);
        return head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? socket : throw new InvalidDataException($"{Id}: {head}");
    }
}

/// <summary>Bytes per idle connection.</summary>
internal sealed record IdleResult(IdleRow Row, double Gateway, double? Websocketd);
