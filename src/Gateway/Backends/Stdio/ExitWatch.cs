using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gateway.Backends.Stdio;

/// <summary>One thread that sleeps until a watched process exits: a pidfd each, all in one epoll, so an exit costs the same however many live.</summary>
/// <remarks>
/// Not SIGCHLD: the runtime owns that signal, answers it as PID 1 by collecting every child, and installs its handler whenever
/// somebody touches the console.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class ExitWatch
{
    private readonly int _epoll;
    private readonly Action<int> _onExit;
    private readonly Action? _onTick;

    private ExitWatch(int epoll, Action<int> onExit, Action? onTick)
    {
        _epoll = epoll;
        _onExit = onExit;
        _onTick = onTick;
    }

    // The kernel packs the structure on x86 only: four bytes of events, then eight of data.
    private static int DataOffset =>
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    /// <summary>Starts to watch.</summary>
    /// <param name="onExit">Gets the id of each process that has exited, once, on the watching thread.</param>
    /// <param name="onTick">Called after each exit and once a second besides; null when not needed.</param>
    /// <returns>Null where the kernel has no pidfd (before Linux 5.3), or forbids it.</returns>
    public static ExitWatch? TryStart(Action<int> onExit, Action? onTick)
    {
        var own = OpenPidFd(Environment.ProcessId);
        if (own < 0)
        {
            return null;
        }

        _ = LibC.Close(own);
        var epoll = LibC.EpollCreate(LibC.EPOLL_CLOEXEC);
        if (epoll < 0)
        {
            return null;
        }

        var watch = new ExitWatch(epoll, onExit, onTick);
        new Thread(watch.Run) { IsBackground = true, Name = "process exits" }.Start();
        return watch;
    }

    /// <summary>Watches a child of ours that nobody has waited for; one that has already exited is reported as well.</summary>
    /// <returns>False when there is no descriptor left for it.</returns>
    public bool TryAdd(int pid)
    {
        var pidfd = OpenPidFd(pid);
        if (pidfd < 0)
        {
            return false;
        }

        // The data brings back both: whose exit it is, and what to close.
        var polled = stackalloc byte[LibC.SizeOfEpollEvent];
        *(uint*)polled = LibC.EPOLLIN;
        *(int*)(polled + DataOffset) = pid;
        *(int*)(polled + DataOffset + 4) = pidfd;
        if (LibC.EpollControl(_epoll, LibC.EPOLL_CTL_ADD, pidfd, polled) == 0)
        {
            return true;
        }

        _ = LibC.Close(pidfd);
        return false;
    }

    private static int OpenPidFd(int pid) => (int)LibC.SystemCall(LibC.SYS_pidfd_open, pid, 0);

    private void Run()
    {
        var polled = stackalloc byte[LibC.SizeOfEpollEvent];
        while (true)
        {
            if (LibC.EpollWait(_epoll, polled, 1, _onTick is null ? -1 : 1000) == 1)
            {
                var pid = *(int*)(polled + DataOffset);
                var pidfd = *(int*)(polled + DataOffset + 4);

                // Closing alone would not take it out of the epoll while a child that is just being started shares it, between clone and exec:
                // it would be reported again, and its number, a stranger's by then, closed again.
                _ = LibC.EpollControl(_epoll, LibC.EPOLL_CTL_DEL, pidfd, polled);
                _ = LibC.Close(pidfd);
                _onExit(pid);
            }

            _onTick?.Invoke();
        }
    }
}
