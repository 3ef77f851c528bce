using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>
/// Notices the end of our children and asks for each by its own id, so that it never takes another's exit status.
/// </summary>
/// <remarks>
/// It looks with WNOWAIT and leaves the zombie to <see cref="SpawnedProcess.Reap"/>: the process id stays taken while its group is still to be killed.
/// As PID 1 of a container it also collects the orphans that are handed to it.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class ProcessReaper
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, SpawnedProcess> _living = [];
    private readonly HashSet<int> _zombies = [];
    private readonly bool _adoptsOrphans;
    private readonly ExitWatch? _watch;
    private readonly PosixSignalRegistration? _registration;
    private int _spawning;

    private ProcessReaper(bool adoptsOrphans)
    {
        _adoptsOrphans = adoptsOrphans;
        _watch = ExitWatch.TryStart(OnExit, adoptsOrphans ? CollectOrphans : null);
        if (_watch is null)
        {
            _registration = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => LookAtAll());
        }
        else if (adoptsOrphans || IsIgnored(LibC.SIGCHLD))
        {
            // The runtime answers SIGCHLD in PID 1 by waiting for all children, and the kernel an ignored one by forgetting them:
            // both throw our exit codes away. Registering makes the runtime install its handler once and never again; then it is taken out.
            _registration = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, static _ => { });
            _ = LibC.Signal(LibC.SIGCHLD, LibC.SIG_DFL);
        }
    }

    /// <summary>The one of this process: children belong to the process, not to a cluster.</summary>
    public static ProcessReaper Shared { get; } = new(Environment.ProcessId == 1);

    /// <summary>Announces a child to come, so that one that ends at once is not taken for an orphan. Pair with <see cref="EndSpawn"/>.</summary>
    public void BeginSpawn()
    {
        lock (_gate)
        {
            _spawning++;
        }
    }

    /// <summary>The announced child is <paramref name="child"/>, or null when it could not be started.</summary>
    /// <exception cref="SpawnException">It cannot be watched, and was killed.</exception>
    public void EndSpawn(SpawnedProcess? child)
    {
        lock (_gate)
        {
            _spawning--;
            if (child is null)
            {
                return;
            }

            _living.Add(child.Id, child);
        }

        if (_watch is null)
        {
            // Its SIGCHLD may have come before it was in the table.
            LookAt(child);
        }
        else if (!_watch.TryAdd(child.Id))
        {
            Discard(child);
            throw new SpawnException("there is no file descriptor left to watch the process by");
        }
    }

    /// <summary>Takes the exit status of a child whose end was seen; its id is free from now on.</summary>
    public void Collect(int pid)
    {
        Take(pid, LibC.WNOHANG);
        lock (_gate)
        {
            _zombies.Remove(pid);
        }
    }

    private static bool IsIgnored(int signal)
    {
        var action = stackalloc byte[LibC.SizeOfSignalAction];
        return LibC.SigAction(signal, null, action) == 0 && *(nint*)action == LibC.SIG_IGN;
    }

    private static void Take(int pid, int options)
    {
        var info = stackalloc byte[LibC.SizeOfSignalInfo];
        _ = LibC.WaitId(LibC.P_PID, pid, info, LibC.WEXITED | options);
    }

    private void Discard(SpawnedProcess child)
    {
        lock (_gate)
        {
            _living.Remove(child.Id);
        }

        child.Signal(ChildSignal.Kill);
        Take(child.Id, options: 0);
        child.Dispose();
    }

    private void OnExit(int pid)
    {
        SpawnedProcess? child;
        lock (_gate)
        {
            _living.TryGetValue(pid, out child);
        }

        if (child is not null)
        {
            LookAt(child);
        }
    }

    /// <summary>Signals coalesce, so one look covers all that have ended.</summary>
    private void LookAtAll()
    {
        SpawnedProcess[] living;
        lock (_gate)
        {
            living = [.. _living.Values];
        }

        foreach (var child in living)
        {
            LookAt(child);
        }
    }

    private void LookAt(SpawnedProcess child)
    {
        ProcessExit exit;
        lock (_gate)
        {
            // Asked under the lock: nobody of us can have collected it in between, so ECHILD means a stranger has.
            if (!_living.ContainsKey(child.Id) || !TryPeek(child.Id, out exit))
            {
                return;
            }

            _living.Remove(child.Id);
            if (exit != ProcessExit.Unknown)
            {
                _zombies.Add(child.Id);
            }
        }

        child.SetExited(exit);
    }

    private static bool TryPeek(int pid, out ProcessExit exit)
    {
        exit = ProcessExit.Unknown;
        var info = new SignalInfo(stackalloc byte[LibC.SizeOfSignalInfo]);
        if (!info.Peek(LibC.P_PID, pid))
        {
            return Marshal.GetLastPInvokeError() == LibC.ECHILD;
        }

        if (info.Pid == 0)
        {
            return false;
        }

        exit = info.Exit;
        return true;
    }

    private void CollectOrphans()
    {
        lock (_gate)
        {
            // Ours are left alone, and so is everybody while a child is being started that is not in the table yet: the next tick comes.
            var info = new SignalInfo(stackalloc byte[LibC.SizeOfSignalInfo]);
            while (_spawning == 0 && info.Peek(LibC.P_ALL, 0) && info.Pid != 0 && !_living.ContainsKey(info.Pid) && !_zombies.Contains(info.Pid))
            {
                Take(info.Pid, LibC.WNOHANG);
            }
        }
    }

    /// <summary>siginfo_t as waitid fills it.</summary>
    private readonly ref struct SignalInfo(Span<byte> bytes)
    {
        private readonly Span<byte> _bytes = bytes;

        // Three ints, then a union that 64-bit systems align to eight.
        private static int Union => sizeof(nint) == 8 ? 16 : 12;

        public int Pid => MemoryMarshal.Read<int>(_bytes[Union..]);

        public ProcessExit Exit
        {
            get
            {
                var status = MemoryMarshal.Read<int>(_bytes[(Union + 8)..]);
                return MemoryMarshal.Read<int>(_bytes[8..]) == LibC.CLD_EXITED ? ProcessExit.WithCode(status) : ProcessExit.BySignal(status);
            }
        }

        /// <summary>Looks without waiting and without taking; a pid of zero then means nobody has ended.</summary>
        public bool Peek(int idType, int id)
        {
            _bytes.Clear();
            fixed (byte* info = _bytes)
            {
                return LibC.WaitId(idType, id, info, LibC.WEXITED | LibC.WNOHANG | LibC.WNOWAIT) == 0;
            }
        }
    }
}
