using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gateway.Backends.Stdio;

/// <summary>Starts a child by posix_spawn: own session, default signals, clean environment, three pipes and no other descriptor.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ProcessSpawner
{
    private const int None = -1;

    /// <summary>Starts what <paramref name="plan"/> says with <paramref name="arguments"/>, adding <paramref name="callEnvironment"/>, whose names win over the plan's.</summary>
    /// <exception cref="SpawnException">It could not be started; the text says why and is fit for the log.</exception>
    public static SpawnedProcess Spawn(
        ProcessPlan plan, string[] arguments, ReadOnlySpan<KeyValuePair<string, string>> callEnvironment, ProcessReaper reaper)
    {
        // Each pair is (read end, write end); the child's ends are 0, 3 and 5.
        var pipes = stackalloc int[6] { None, None, None, None, None, None };
        SpawnedProcess? child = null;
        reaper.BeginSpawn();
        try
        {
            for (var i = 0; i < 6; i += 2)
            {
                OpenPipe(pipes + i);
            }

            var pid = Spawn(plan, arguments, callEnvironment, pipes[0], pipes[3], pipes[5]);
            child = new SpawnedProcess(pid, pipes[1], pipes[2], pipes[4], reaper);
            pipes[1] = pipes[2] = pipes[4] = None;
            return child;
        }
        finally
        {
            for (var i = 0; i < 6; i++)
            {
                if (pipes[i] != None)
                {
                    _ = LibC.Close(pipes[i]);
                }
            }

            reaper.EndSpawn(child);
        }
    }

    private static int Spawn(
        ProcessPlan plan, string[] arguments, ReadOnlySpan<KeyValuePair<string, string>> callEnvironment, int input, int output, int error)
    {
        using var path = new NativeStrings([plan.Command]);
        using var directory = new NativeStrings([plan.WorkingDirectory]);
        using var argv = new NativeStrings(arguments);
        using var environment = new NativeStrings(ChildEnvironment.Join(plan.Environment, callEnvironment));

        var attributes = stackalloc byte[LibC.SizeOfSpawnAttributes];
        var actions = stackalloc byte[LibC.SizeOfFileActions];
        var signals = stackalloc byte[LibC.SizeOfSignalSet];
        Check(LibC.SpawnAttributesInit(attributes));
        Check(LibC.FileActionsInit(actions));
        try
        {
            // The runtime ignores SIGPIPE and blocks others; a child that inherited that would never notice a closed pipe.
            Check(LibC.SpawnAttributesSetFlags(
                attributes, LibC.POSIX_SPAWN_SETSID | LibC.POSIX_SPAWN_SETSIGDEF | LibC.POSIX_SPAWN_SETSIGMASK));
            _ = LibC.SigEmptySet(signals);
            Check(LibC.SpawnAttributesSetSigMask(attributes, signals));
            _ = LibC.SigFillSet(signals);
            Check(LibC.SpawnAttributesSetSigDefault(attributes, signals));

            Check(LibC.FileActionsAddDup2(actions, input, 0));
            Check(LibC.FileActionsAddDup2(actions, output, 1));
            Check(LibC.FileActionsAddDup2(actions, error, 2));
            Check(LibC.FileActionsAddChdir(actions, directory.Pointer[0]));
            if (LibC.FileActionsAddCloseFrom != null)
            {
                Check(LibC.FileActionsAddCloseFrom(actions, 3));
            }

            int pid;
            var errno = LibC.PosixSpawn(&pid, path.Pointer[0], actions, attributes, argv.Pointer, environment.Pointer);
            return errno == 0 ? pid : throw Failed(plan, errno);
        }
        finally
        {
            _ = LibC.FileActionsDestroy(actions);
            _ = LibC.SpawnAttributesDestroy(attributes);
        }
    }

    /// <summary>A pipe whose ends are above 2: a gateway started with a closed stdin gets 0 as its first descriptor, and dup2 would tread on it.</summary>
    private static void OpenPipe(int* pipe)
    {
        if (LibC.Pipe2(pipe, LibC.O_CLOEXEC) != 0)
        {
            pipe[0] = pipe[1] = None;
            throw Failed("no pipe could be opened", Marshal.GetLastPInvokeError());
        }

        for (var i = 0; i < 2; i++)
        {
            if (pipe[i] > 2)
            {
                continue;
            }

            var moved = LibC.Fcntl(pipe[i], LibC.F_DUPFD_CLOEXEC, 3);
            var errno = Marshal.GetLastPInvokeError();
            _ = LibC.Close(pipe[i]);
            pipe[i] = moved;
            if (moved < 0)
            {
                throw Failed("no pipe could be opened", errno);
            }
        }
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw Failed("posix_spawn could not be prepared", errno);
        }
    }

    private static SpawnException Failed(ProcessPlan plan, int errno) => errno switch
    {
        // The kernel says ENOENT for a missing directory, a missing file and a script's missing interpreter alike.
        LibC.ENOENT when !Directory.Exists(plan.WorkingDirectory) =>
            new SpawnException($"the working directory '{plan.WorkingDirectory}' does not exist"),
        LibC.ENOENT when File.Exists(plan.Command) =>
            new SpawnException($"the interpreter or loader that '{plan.Command}' asks for does not exist"),
        LibC.E2BIG => Failed($"the arguments and environment of '{plan.Command}' are too long", errno),
        LibC.EAGAIN => Failed("the system's limit on processes is reached", errno),
        _ => Failed($"'{plan.Command}' could not be run", errno),
    };

    private static SpawnException Failed(string what, int errno) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
