using System.Diagnostics;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Runs programs that are not ours against the gateway.</summary>
internal static class Programs
{
    /// <summary>Its output; it must end by itself, with code 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(Wait.Token());
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}: {await error}");
        return await output;
    }
}
