using System.Diagnostics;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>
/// A child by System.Diagnostics.Process, for systems other than Linux. It has no group of its own: a grandchild that was cut loose
/// from the tree survives, and there is no gentle signal, so asking it to end is closing its stdin.
/// </summary>
/// <remarks>Never on Linux beside <see cref="ProcessSpawner"/>: as PID 1 the runtime's class takes the exit status of every child.</remarks>
internal sealed class FallbackProcess : ChildProcess
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private bool _reaped;

    private FallbackProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        Input = process.StandardInput.BaseStream;
        Output = process.StandardOutput.BaseStream;
        Error = process.StandardError.BaseStream;
        Exited = WaitAsync(process);
    }

    public override int Id { get; }

    public override Stream Input { get; }

    public override Stream Output { get; }

    public override Stream Error { get; }

    public override Task<ProcessExit> Exited { get; }

    /// <summary>Starts what <paramref name="plan"/> says with <paramref name="arguments"/>, adding <paramref name="callEnvironment"/>, whose names win over the plan's.</summary>
    /// <exception cref="SpawnException">It could not be started.</exception>
    public static FallbackProcess Start(ProcessPlan plan, string[] arguments, ReadOnlySpan<KeyValuePair<string, string>> callEnvironment)
    {
        var start = new ProcessStartInfo(plan.Command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = plan.WorkingDirectory,
        };
        for (var i = 1; i < arguments.Length; i++)
        {
            start.ArgumentList.Add(arguments[i]);
        }

        start.Environment.Clear();
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in callEnvironment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new FallbackProcess(Process.Start(start) ?? throw new SpawnException($"'{plan.Command}' could not be run"));
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new SpawnException($"'{plan.Command}' could not be run: {e.Message}", e);
        }
    }

    public override void Signal(ChildSignal signal)
    {
        if (signal == ChildSignal.Terminate)
        {
            Input.Dispose();
            return;
        }

        lock (_gate)
        {
            if (!_reaped && !_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
    }

    public override void Reap()
    {
        lock (_gate)
        {
            _reaped = true;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _process.Dispose();
    }

    private static async Task<ProcessExit> WaitAsync(Process process)
    {
        await process.WaitForExitAsync();

        // Windows reports a crash as a large negative number; the runtime on Unix adds 128 to a signal, as shells do.
        return ProcessExit.WithCode(process.ExitCode);
    }
}
