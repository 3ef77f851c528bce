using System.Runtime.InteropServices;

namespace Gateway.Cli;

/// <summary>SIGINT and SIGTERM, remembered: a command that was interrupted says so by its exit code, as a shell's commands do.</summary>
internal sealed class CommandSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public CommandSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, 130)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, 143)),
        ];
    }

    /// <summary>Fires at the first of them.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>128 and the signal's number; null when there was none.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Take(PosixSignalContext context, int exitCode)
    {
        // The process ends when its call has been cancelled, not before.
        context.Cancel = true;
        ExitCode ??= exitCode;
        _source.Cancel();
    }
}
