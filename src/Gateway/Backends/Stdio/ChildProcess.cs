using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>What can be sent to a child's whole process group.</summary>
internal enum ChildSignal
{
    /// <summary>Asks to end: SIGTERM.</summary>
    Terminate,

    /// <summary>Ends: SIGKILL.</summary>
    Kill,
}

/// <summary>A started process and its three streams. Whoever started it calls <see cref="Reap"/> after <see cref="Exited"/>, then disposes it.</summary>
/// <remarks>Two ways to be one: <see cref="SpawnedProcess"/> on Linux, <see cref="FallbackProcess"/> elsewhere.</remarks>
internal abstract class ChildProcess : IDisposable
{
    public abstract int Id { get; }

    /// <summary>The child's stdin, unbuffered. A child that no longer reads shows as IOException.</summary>
    public abstract Stream Input { get; }

    /// <summary>The child's stdout.</summary>
    public abstract Stream Output { get; }

    /// <summary>The child's stderr.</summary>
    public abstract Stream Error { get; }

    /// <summary>Completes when the process itself has ended; others of its group may live on and hold its streams. Never faults.</summary>
    public abstract Task<ProcessExit> Exited { get; }

    /// <summary>Signals every process of the group. Does nothing once <see cref="Reap"/> was called.</summary>
    public abstract void Signal(ChildSignal signal);

    /// <summary>
    /// After <see cref="Exited"/>: kills what is left of the group and gives the process id back to the system.
    /// Until then the id, and with it the group's, cannot be given to a stranger.
    /// </summary>
    public abstract void Reap();

    /// <summary>Closes the three streams; waiting reads and writes end with an exception.</summary>
    public virtual void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
    }
}

/// <summary>A process could not be started.</summary>
internal sealed class SpawnException(string message, Exception? inner = null) : Exception(message, inner);
