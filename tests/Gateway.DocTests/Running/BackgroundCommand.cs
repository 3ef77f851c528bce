using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Gateway.DocTests.Running;

/// <summary>A server that a document starts in one terminal while it goes on in another. Stopped as Ctrl+C would.</summary>
internal sealed class BackgroundCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private BackgroundCommand(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    /// <summary>Starts the command and returns once every address takes connections.</summary>
    /// <exception cref="InvalidOperationException">An address is taken already, or the command ended first.</exception>
    public static async Task<BackgroundCommand> StartAsync(Shell shell, string command, IReadOnlyList<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (await AnswersAsync(address, CancellationToken.None))
            {
                throw new InvalidOperationException($"{address} is taken: this document starts a server there. Stop what listens on it and run the tests again.");
            }
        }

        var background = new BackgroundCommand(shell.Start("exec " + command));
        try
        {
            await background.WaitForAsync(addresses);
            return background;
        }
        catch
        {
            await background.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var interrupt = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await interrupt.WaitForExitAsync();
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                throw new TimeoutException($"did not stop within {Patience.TotalMinutes} minutes of SIGTERM:\n{Output}");
            }
        }

        _process.Dispose();
    }

    private async Task WaitForAsync(IReadOnlyList<string> addresses)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Retry);
        foreach (var address in addresses)
        {
            while (!await AnswersAsync(address, patience.Token))
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"ended with {_process.ExitCode} before {address} answered:\n{Output}");
                }

                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    private static async Task<bool> AnswersAsync(string address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse(address), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
