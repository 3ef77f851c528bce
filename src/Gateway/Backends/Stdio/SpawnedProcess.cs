using System.IO.Pipes;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>A child of posix_spawn: leader of its own session and group, so that one signal reaches all it has started.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SpawnedProcess(int pid, int input, int output, int error, ProcessReaper reaper) : ChildProcess
{
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _reaped;

    public override int Id => pid;

    public override Stream Input { get; } = Open(PipeDirection.Out, input);

    public override Stream Output { get; } = Open(PipeDirection.In, output);

    public override Stream Error { get; } = Open(PipeDirection.In, error);

    public override Task<ProcessExit> Exited => _exited.Task;

    public override void Signal(ChildSignal signal)
    {
        lock (_gate)
        {
            if (!_reaped)
            {
                // ESRCH cannot be: the leader is at least a zombie until it is reaped. EPERM can, when the child has changed its user.
                _ = LibC.Kill(-pid, signal == ChildSignal.Kill ? LibC.SIGKILL : LibC.SIGTERM);
            }
        }
    }

    public override void Reap()
    {
        lock (_gate)
        {
            if (_reaped)
            {
                return;
            }

            _ = LibC.Kill(-pid, LibC.SIGKILL);
            reaper.Collect(pid);
            _reaped = true;
        }
    }

    /// <summary>The reaper has seen the end. The process stays a zombie, and its id ours, until <see cref="Reap"/>.</summary>
    internal void SetExited(ProcessExit exit)
    {
        if (exit == ProcessExit.Unknown)
        {
            lock (_gate)
            {
                // Somebody else has waited for it: the id may already be a stranger's.
                _reaped = true;
            }
        }

        _exited.TrySetResult(exit);
    }

    private static AnonymousPipeClientStream Open(PipeDirection direction, int descriptor) =>
        new(direction, new SafePipeHandle(descriptor, ownsHandle: true));
}
