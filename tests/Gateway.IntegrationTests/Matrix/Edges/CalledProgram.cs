using System.Diagnostics;
using System.Globalization;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>A program on three pipes, spoken to line by line. Disposing ends it as an operator would, if it has not ended yet.</summary>
internal sealed class CalledProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public CalledProgram(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Read on demand: what is not asked for stays in the pipe.</summary>
    public StreamReader Lines => _process.StandardOutput;

    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync(Wait.Token());
        return (_process.ExitCode, await _errors);
    }

    /// <summary>SIGINT, as Ctrl-C.</summary>
    public Task InterruptAsync() => SignalAsync("-INT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("-TERM");
            await _process.WaitForExitAsync(Wait.Token());
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        try
        {
            await Programs.RunAsync("kill", signal, _process.Id.ToString(CultureInfo.InvariantCulture));
        }
        catch (Xunit.Sdk.XunitException) when (_process.HasExited)
        {
            // It was faster.
        }
    }
}
