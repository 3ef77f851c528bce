using System.Diagnostics;

namespace Transcoders.Tests.Conformance;

/// <summary>The official protobuf conformance runner, as scripts/install-conformance-runner.sh makes it startable.</summary>
internal static class ConformanceRunner
{
    public static string Root { get; } = FindRoot();

    private static string Program => Path.Combine(Root, ".tools", "conformance", "runner");

    /// <summary>Why its tests are skipped; null when it is there.</summary>
    public static string? Missing() =>
        File.Exists(Program) ? null : "The protobuf conformance runner is not installed; scripts/install-test-tools.sh installs it.";

    /// <summary>Runs every test, required and recommended, up to edition 2023, against the testee beside this assembly.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string failureList, string outputDirectory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "--enforce_recommended", "--maximum_edition", "2023", "--failure_list", failureList, "--output_dir", outputDirectory,
                Path.Combine(AppContext.BaseDirectory, "Transcoders.Conformance"),
            },
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Gateway.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}

/// <summary>A fact that needs the runner.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute() => Skip = ConformanceRunner.Missing();
}
