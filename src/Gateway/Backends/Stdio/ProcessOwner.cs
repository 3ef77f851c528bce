using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>What a running process belongs to: its cluster's name, settings and counts.</summary>
internal sealed class ProcessOwner(string clusterId, string command, TimeSpan grace, ProcessTable table, ILogger logger, TimeProvider clock)
{
    public string ClusterId { get; } = clusterId;

    public string Command { get; } = command;

    /// <summary>Time between the steps of stopping.</summary>
    public TimeSpan Grace { get; } = grace;

    public ILogger Logger { get; } = logger;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Takes a slot, or says that there is none. A taken slot is given back by <see cref="Exited"/> or <see cref="SpawnFailed"/>.</summary>
    public bool TryEnter(int most) => table.TryEnter(ClusterId, most);

    public void SpawnFailed() => table.SpawnFailed(ClusterId);

    public void Started(RunningProcess process) => table.Add(this, process);

    public void Exited(RunningProcess process, ProcessExit exit) => table.Remove(this, process, exit);
}
