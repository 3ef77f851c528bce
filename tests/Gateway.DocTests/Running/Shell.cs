using System.Diagnostics;

namespace Gateway.DocTests.Running;

/// <summary>Runs commands as a reader of the documents would, from the root of the source tree.</summary>
/// <remarks>
/// `dotnet run --project X` would build once more for every command: a `dotnet` of our own, ahead on the PATH, starts
/// what the build of these tests has made of X instead.
/// </remarks>
internal sealed class Shell : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("gateway-docs-");

    public Shell()
    {
        var dotnet = Path.Combine(_programs.FullName, "dotnet");
        File.WriteAllText(dotnet, $$"""
            #!/usr/bin/env bash
            if [ "$1" = run ] && [ "$2" = --project ]; then
              project="$3"
              shift 3
              while [ "$#" -gt 0 ] && [ "$1" != -- ]; do shift; done
              [ "$#" -gt 0 ] && shift
              name="$(sed -n 's:.*<AssemblyName>\(.*\)</AssemblyName>.*:\1:p' "$project"/*.csproj)"
              exec "{{Repository.Dotnet}}" "{{Repository.Output("$project")}}/$name.dll" "$@"
            fi
            exec "{{Repository.Dotnet}}" "$@"

            """);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Runs a command to its end: everything it printed, as a terminal would show it.</summary>
    public async Task<string> RunAsync(string command)
    {
        using var process = Start("exec 2>&1\n" + command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return await output.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"still running after {Patience.TotalMinutes} minutes: {command}");
        }
    }

    /// <summary>Starts a command that stays; its one program takes the place of the shell.</summary>
    public Process Start(string command)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", command])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        // What a command puts aside (mktemp) goes when the document ends.
        start.Environment["TMPDIR"] = _programs.FullName;
        return Process.Start(start)!;
    }

    public void Dispose() => _programs.Delete(recursive: true);
}
