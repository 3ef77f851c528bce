using Gateway;

namespace Samples.Demo;

/// <summary>The gateway in this process, as the demo needs it.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private readonly GatewayHost _host;

    private DemoGateway(GatewayHost host)
    {
        _host = host;
    }

    /// <summary>Starts the gateway on a file; the caller disposes it.</summary>
    public static async Task<DemoGateway> StartAsync(string file, CancellationToken cancellationToken) =>
        new(await GatewayHost.StartAsync(new GatewayHostOptions { File = file }, cancellationToken));

    /// <summary>Waits until the gateway stops or the token says so.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _host.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
