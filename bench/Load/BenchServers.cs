using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Gateway.Bench.Driver;

/// <summary>The backend and those proxies that were asked for, all started. Disposing ends them.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private BenchServers(ServerProcess backend, IReadOnlyList<string> contenders)
    {
        Backend = backend;
        WithDirect = contenders.Contains("direct");
    }

    public ServerProcess Backend { get; }

    /// <summary>Whether rows also measure the backend without a proxy.</summary>
    public bool WithDirect { get; }

    public ServerProcess? Gateway { get; private set; }

    public ServerProcess? JsonTranscodingHop { get; private set; }

    public ServerProcess? BareYarp { get; private set; }

    public static async Task<BenchServers> StartAsync(IReadOnlyList<string> contenders)
    {
        var backend = await ServerProcess.StartAsync("direct", Assembly("Backend"));
        var servers = new BenchServers(backend, contenders);
        try
        {
            if (contenders.Contains("jt"))
            {
                servers.JsonTranscodingHop = await ServerProcess.StartAsync("jt", Assembly("JsonTranscodingHop"), backend.Http2.ToString());
            }

            if (contenders.Contains("yarp"))
            {
                servers.BareYarp = await ServerProcess.StartAsync("yarp", Assembly("BareYarp"), backend.Http1.ToString(), backend.Http2.ToString());
            }

            if (contenders.Contains("gateway"))
            {
                servers.Gateway = await StartGatewayAsync(backend);
            }
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }

        return servers;
    }

    /// <summary>Peak memory of every proxy, by name.</summary>
    public IReadOnlyDictionary<string, long> Memory() =>
        Proxies().ToDictionary(server => server.Name, server => server.PeakMemory);

    /// <summary>Path of a program that was built along.</summary>
    public static string Assembly(string name) =>
        typeof(BenchServers).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(entry => entry.Key == name).Value!;

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Proxies())
        {
            await server.DisposeAsync();
        }

        await Backend.DisposeAsync();
    }

    private IEnumerable<ServerProcess> Proxies() => new[] { Gateway, JsonTranscodingHop, BareYarp }.OfType<ServerProcess>();

    private static Task<ServerProcess> StartGatewayAsync(ServerProcess backend)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var admin = $"http://127.0.0.1:{FreePort()}";
        return ServerProcess.StartGatewayAsync(
            Assembly("Gateway"),
            Path.Combine(AppContext.BaseDirectory, "gateway.json"),
            new Uri(url),
            new Uri(admin),
            new Dictionary<string, string>
            {
                ["BENCH_URL"] = url,
                ["BENCH_ADMIN"] = admin,
                ["BENCH_HTTP"] = backend.Http1.ToString(),
                ["BENCH_GRPC"] = backend.Http2.ToString(),
            });
    }
}
