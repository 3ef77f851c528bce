namespace Gateway.IntegrationTests.Hosting;

/// <summary>Bounds of waits. A wait ends with its signal; these only keep a broken test from hanging.</summary>
internal static class Wait
{
    /// <summary>For anything that should happen at once.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    /// <summary>A token that fires after <see cref="Long"/>.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Long).Token;

    /// <summary>Looks again and again until the condition holds: only for what gives no signal, such as the kernel's tables.</summary>
    /// <exception cref="TimeoutException">It never held.</exception>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Long);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {Long} in vain: {what}.");
            }
        }
    }
}
