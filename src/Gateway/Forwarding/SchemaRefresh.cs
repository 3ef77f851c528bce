using Gateway.Model;

namespace Gateway.Forwarding;

/// <summary>Asks backends again for their schema: as often as `Schema:Refresh` says, and while a pinned schema stands in for one.</summary>
internal sealed partial class SchemaRefresh : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public SchemaRefresh(GatewayReload reload, GatewayModelCompiler compiler, TimeProvider clock, ILogger<SchemaRefresh> logger)
    {
        _running = RunAsync(reload, compiler, clock, logger, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static async Task RunAsync(GatewayReload reload, GatewayModelCompiler compiler, TimeProvider clock, ILogger logger, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var interval = Interval(reload.Model);
                await Task.Delay(interval is { } wanted && (!compiler.HasPinnedSchemas || wanted < Patience) ? wanted : Patience, clock, stop);
                if (interval is null && !compiler.HasPinnedSchemas)
                {
                    continue;
                }

                try
                {
                    await reload.RefreshAsync(stop);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    RefreshFailed(logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>The shortest that a cluster asks for; null when none does.</summary>
    private static TimeSpan? Interval(GatewayModel model) =>
        model.Clusters.Values.Where(static cluster => cluster.Settings.Schema is { Reflection: true }).Min(static cluster => cluster.Settings.Schema!.Refresh);

    [LoggerMessage(214, LogLevel.Error, "RefreshFailed: the backends could not be asked for their schema")]
    private static partial void RefreshFailed(ILogger logger, Exception exception);
}
