using System.Diagnostics;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Runs programs that are not ours against the gateway.</summary>
internal static class Programs
{
    /// <summary>Where programs are found: servers live in sbin, which is not on every PATH.</summary>
    public static string Path { get; } = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";

    /// <summary>Why tests that need a program are skipped; null when it is there.</summary>
    public static string? Missing(string program) =>
        Path.Split(':').Any(directory => File.Exists(System.IO.Path.Combine(directory, program)))
            ? null
            : $"{program} is not installed; scripts/install-test-tools.sh installs it";

    /// <summary>Its output; it must end by itself, with code 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = Path;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(Wait.Token());
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}: {await error}");
        return await output;
    }
}
