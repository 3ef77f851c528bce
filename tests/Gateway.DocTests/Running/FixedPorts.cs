namespace Gateway.DocTests.Running;

/// <summary>The right to listen on the ports the documents show; one holder per machine.</summary>
internal static class FixedPorts
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for its turn; disposing the result ends it.</summary>
    public static async Task<IDisposable> TakeAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "gateway-fixed-ports.lock");
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Retry);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
    }
}
