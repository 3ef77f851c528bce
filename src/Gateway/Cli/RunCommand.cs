namespace Gateway.Cli;

/// <summary>`gateway run`: serve until told to stop.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(string file, string? urls, CancellationToken stop)
    {
        try
        {
            await using var host = await GatewayHost.StartAsync(new GatewayHostOptions { File = file, Urls = urls }, stop);
            await host.WaitForShutdownAsync(stop);
            return 0;
        }
        catch (GatewayConfigException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (IOException e)
        {
            // An address that is taken, or one this machine does not have.
            await Console.Error.WriteLineAsync($"gateway: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
    }
}
