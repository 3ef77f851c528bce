using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>A program that is not ours and stays for a while: what it prints is read line by line, and its stdin is written.</summary>
internal sealed class ForeignProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly Task<string> _errors;

    public ForeignProcess(Process process)
    {
        _process = process;
        _process.StandardInput.AutoFlush = true;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static ForeignProcess Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = Programs.Path;
        return new ForeignProcess(Process.Start(start)!);
    }

    /// <summary>The next line of its stdout; null when there are no more.</summary>
    public async Task<string?> TryReadLineAsync()
    {
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync(Wait.Token());
            _seen.Enqueue(line ?? "(end)");
            return line;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"nothing more came after:\n{Seen}");
        }
    }

    /// <summary>The next line, which must come.</summary>
    public async Task<string> ReadLineAsync() => await TryReadLineAsync() ?? throw new EndOfStreamException($"It ended:\n{Seen}{await _errors}");

    /// <summary>The next line as JSON.</summary>
    public async Task<JsonElement> ReadAsync() => JsonDocument.Parse(await ReadLineAsync()).RootElement;

    /// <summary>Reads until all of these lines have come, in whatever order and with others between them.</summary>
    public async Task ReadAllAsync(IEnumerable<string> lines)
    {
        var missing = lines.Except(_seen).ToHashSet(StringComparer.Ordinal);
        while (missing.Count > 0)
        {
            missing.Remove(await ReadLineAsync());
        }
    }

    /// <summary>Reads on until this line comes; what comes before it is passed over.</summary>
    public async Task ReadUntilAsync(string line)
    {
        while (await ReadLineAsync() != line)
        {
        }
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Its exit code, and what it wrote to stderr.</summary>
    public async Task<(int Exit, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync(Wait.Token());
        return (_process.ExitCode, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // It may end by itself meanwhile: what `kill` says to that does not matter.
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
            await kill.WaitForExitAsync();
            try
            {
                await _process.WaitForExitAsync(Wait.Token());
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{_process.ProcessName} did not stop:\n{Seen}");
            }
        }

        _process.Dispose();
    }

    private string Seen => string.Join('\n', _seen) + "\n";
}
