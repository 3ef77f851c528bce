using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Etcd;

/// <summary>A real etcd of one member, with an empty store. All of them have the same ids, and so give the same answers to the same requests.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    /// <summary>What the ids of cluster and member are made of: nobody listens there, and a lone member asks nobody.</summary>
    private const string Advertised = "http://127.0.0.1:2380";

    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-").FullName;
    private readonly ForeignProcess _process;

    private EtcdServer(int port, int peerPort)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        _process = ForeignProcess.Start(
            "etcd", "--name", "default", "--data-dir", Path.Combine(_directory, "data"),
            "--listen-client-urls", Address.GetLeftPart(UriPartial.Authority), "--advertise-client-urls", "http://127.0.0.1:2379",
            "--listen-peer-urls", $"http://127.0.0.1:{peerPort}", "--initial-advertise-peer-urls", Advertised, "--initial-cluster", $"default={Advertised}",
            "--heartbeat-interval", "10", "--election-timeout", "100");
    }

    public Uri Address { get; }

    public static async Task<EtcdServer> StartAsync()
    {
        var ports = FreePorts.Find(2);
        var server = new EtcdServer(ports[0], ports[1]);
        await FreePorts.WaitForAsync(ports[0]);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
