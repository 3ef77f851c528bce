namespace Gateway.Cli;

/// <summary>`gateway health`: readiness as an exit code, for a container's HEALTHCHECK.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The admin address of the environment, as the gateway beside this command would read it, else the default.</summary>
    public static string DefaultAdmin() =>
        Environment.GetEnvironmentVariable("Admin__Urls")?.Split(';')[0] ?? Configuration.GatewayConfig.DefaultAdminUrls;

    public static async Task<int> RunAsync(string admin, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        if (!Uri.TryCreate(admin, UriKind.Absolute, out var address))
        {
            await errors.WriteLineAsync($"gateway: '{admin}' is no address; http://127.0.0.1:8081 would be one.");
            return 1;
        }

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/ready"), stop);
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync(stop));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"gateway: nothing answers at {admin}: {e.Message}");
            return 1;
        }
    }
}
