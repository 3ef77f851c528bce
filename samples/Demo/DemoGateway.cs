namespace Samples.Demo;

/// <summary>The gateway in this process, as the demo needs it.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private DemoGateway()
    {
    }

    /// <summary>Starts the gateway on a file; the caller disposes it.</summary>
    public static Task<DemoGateway> StartAsync(string file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        throw new IOException($"No gateway to serve {file}.");
    }

    /// <summary>Waits until the gateway stops or the token says so.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
