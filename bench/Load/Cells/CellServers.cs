using System.Text;

namespace Gateway.Bench.Driver.Cells;

/// <summary>The backend, the gateway and websocketd, all started, and what rows start for themselves. Disposing ends them.</summary>
internal sealed class CellServers : IAsyncDisposable
{
    /// <summary>Messages of a stream that ends.</summary>
    public const int StreamLength = 10_000;

    private readonly string _lines;
    private readonly List<ServerProcess> _all = [];

    private CellServers(ServerProcess backend, string lines)
    {
        Backend = backend;
        _lines = lines;
        _all.Add(backend);
    }

    public ServerProcess Backend { get; }

    public ServerProcess Gateway { get; private set; } = null!;

    /// <summary>Null where it is not installed, or not asked for.</summary>
    public ServerProcess? Websocketd { get; private set; }

    public static async Task<CellServers> StartAsync(bool withWebsocketd)
    {
        var lines = Path.GetTempFileName();
        await System.IO.File.WriteAllLinesAsync(lines, Enumerable.Range(1, StreamLength).Select(id => $$"""{"id":{{id}},"text":"a message of a stream","flag":true}"""), new UTF8Encoding(false));
        var servers = new CellServers(await ServerProcess.StartAsync("direct", BenchServers.Assembly("Backend")), lines);
        try
        {
            servers.Gateway = await servers.StartGatewayAsync();
            servers.Websocketd = withWebsocketd ? await servers.StartWebsocketdAsync() : null;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }

        return servers;
    }

    /// <summary>One more gateway on the same file. Ended by the caller or with these.</summary>
    public async Task<ServerProcess> StartGatewayAsync()
    {
        var url = $"http://127.0.0.1:{BenchServers.FreePort()}";
        var admin = $"http://127.0.0.1:{BenchServers.FreePort()}";
        return Add(await ServerProcess.StartGatewayAsync(
            BenchServers.Assembly("Gateway"), File, new Uri(url), new Uri(admin), Environment(url, admin), BenchServers.Assembly("StatsHook")));
    }

    /// <summary>`gateway call` or `gateway stdio`, a process of its own. Ended by the caller or with these.</summary>
    public ServerProcess StartStdio(string command, string target) =>
        Add(ServerProcess.StartStdio(BenchServers.Assembly("Gateway"), BenchServers.Assembly("StatsHook"), [command, File, target], Environment("http://127.0.0.1:0", "http://127.0.0.1:0")));

    /// <summary>websocketd before /bin/cat; null where it is not installed. Ended by the caller or with these.</summary>
    public async Task<ServerProcess?> StartWebsocketdAsync() =>
        await ServerProcess.StartWebsocketdAsync(BenchServers.FreePort(), "/bin/cat") is { } websocketd ? Add(websocketd) : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_all))
        {
            await server.DisposeAsync();
        }

        System.IO.File.Delete(_lines);
    }

    private static string File => Path.Combine(AppContext.BaseDirectory, "cells.json");

    private ServerProcess Add(ServerProcess server)
    {
        _all.Add(server);
        return server;
    }

    private Dictionary<string, string> Environment(string url, string admin) => new()
    {
        ["BENCH_URL"] = url,
        ["BENCH_ADMIN"] = admin,
        ["BENCH_HTTP"] = Backend.Http1.ToString(),
        ["BENCH_GRPC"] = Backend.Http2.ToString(),
        ["BENCH_LINES"] = _lines,
    };
}
