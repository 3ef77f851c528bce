using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A rig on <see cref="WebServer"/>, behind lines that can be cut.</summary>
internal abstract class WebRig : IBackendRig
{
    private readonly List<CuttableLine> _lines = [];
    private WebServer? _server;

    public abstract string Backend { get; }

    public abstract BackendTraits Traits { get; }

    /// <summary>Straight to the rig, for a driver without a gateway between; it can be cut.</summary>
    public FrontDoor Door { get; private set; } = null!;

    public SemaphoreSlim Killing { get; } = new(1);

    protected SeenLedger Ledger { get; } = new();

    public async Task StartAsync()
    {
        _server = await WebServer.StartAsync(ServeAsync);
        var (http1, http2) = (new CuttableLine(_server.Http1Port), new CuttableLine(_server.Http2Port));
        _lines.AddRange([http1, http2, new CuttableLine(_server.Http1Port), new CuttableLine(_server.Http2Port)]);
        Door = new FrontDoor(new Uri(http1.Address), new Uri(http2.Address));
    }

    public abstract string Cluster(bool isKillable);

    public Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken) => Ledger.WaitAsync(key, until, cancellationToken);

    public Seen Now(string key) => Ledger.Now(key);

    public Task KillAsync(string key)
    {
        _lines[0].Cut();
        _lines[1].Cut();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Door.Dispose();
        foreach (var line in _lines)
        {
            await line.DisposeAsync();
        }

        await _server!.DisposeAsync();
    }

    protected abstract Task ServeAsync(HttpContext context);

    /// <summary>The address of a cluster's destination.</summary>
    protected string Address(bool isKillable, bool isHttp2 = false) => _lines[(isKillable ? 0 : 2) + (isHttp2 ? 1 : 0)].Address;
}
