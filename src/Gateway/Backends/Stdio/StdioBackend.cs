using System.Diagnostics;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>Opens calls to a program: each call is a process of its own, spoken to by its stdin and stdout.</summary>
/// <remarks>
/// A program that cannot be found is no reason not to start: it is searched again at every call, so that installing it mends the route.
/// Disposing stops this backend's children and waits for them.
/// </remarks>
public sealed class StdioBackend : IBackend, IAsyncDisposable
{
    private readonly ClusterSettings _cluster;
    private readonly ProcessSettings _settings;
    private readonly string _baseDirectory;
    private readonly PayloadFormat _format;
    private readonly StdioFraming _framing;
    private readonly ProcessTable _table;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly ProcessOwner _owner;
    private ProcessPlan? _plan;

    /// <param name="cluster">A cluster of protocol `stdio`.</param>
    /// <param name="baseDirectory">What relative paths are relative to: the directory of the configuration file.</param>
    /// <param name="format">What messages are on both streams; see <see cref="FormatOf"/> for the usual one.</param>
    /// <param name="table">Where the children are counted and listed; shared by all clusters.</param>
    /// <param name="logger">Gets the facts of <see cref="StdioLog"/>, stderr lines among them.</param>
    /// <param name="clock">Measures graces and deadlines.</param>
    public StdioBackend(
        ClusterSettings cluster, string baseDirectory, PayloadFormat format, ProcessTable table, ILogger logger, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(clock);
        _cluster = cluster;
        _settings = cluster.Process ?? new ProcessSettings();
        _baseDirectory = baseDirectory;
        _format = format;
        _framing = StdioFraming.TryCreate(_settings.Framing, format, out var framing) ? framing : new LineFraming(format);
        _table = table;
        _logger = logger;
        _clock = clock;
        _owner = new ProcessOwner(cluster.Id, _settings.Command, _settings.StopGrace, table, logger, clock);
        _plan = ProcessPlan.Compile(cluster, baseDirectory, Environment.GetEnvironmentVariable, []);
    }

    public string Protocol => "stdio";

    /// <summary>Raw bytes are binary; lines are JSON when a schema says what is in them, else text.</summary>
    public static PayloadFormat FormatOf(ClusterSettings cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return cluster.Process?.Framing == "raw" ? PayloadFormat.Binary
            : cluster.Schema is null ? PayloadFormat.Text
            : PayloadFormat.Json;
    }

    /// <summary>Everything that keeps the cluster's process from being started, for `gateway check`; empty when nothing does.</summary>
    public static IReadOnlyList<ConfigProblem> Check(ClusterSettings cluster, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        var problems = new List<ConfigProblem>();
        _ = ProcessPlan.Compile(cluster, baseDirectory, Environment.GetEnvironmentVariable, problems);
        return problems;
    }

    /// <summary>Starts a process. It never throws for one that cannot be started: that is a call which ends UNAVAILABLE.</summary>
    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(destination);
        if (cancellationToken.IsCancellationRequested)
        {
            return new RefusedCall(_format, StdioClientCall.CauseOfCancellation(head, _clock).ToStatus()!);
        }

        if (_table.IsStopping)
        {
            return Refuse("The gateway is stopping.", StatusOrigin.Gateway);
        }

        if (!_owner.TryEnter(_settings.MaxProcesses))
        {
            _logger.ProcessLimitReached(_cluster.Id, _settings.MaxProcesses);
            return Refuse($"All {_settings.MaxProcesses} processes of cluster '{_cluster.Id}' are in use.", StatusOrigin.Gateway);
        }

        var tap = head.WantsStreams ? new StderrTap() : null;
        if (TryStart(head, destination, tap) is not { } process)
        {
            return Refuse($"The process of cluster '{_cluster.Id}' could not be started; the gateway's log says why.", StatusOrigin.Transport);
        }

        return tap is not null
            ? new StreamsCall(new StdioClientCall(process, new RawFraming(), PayloadFormat.Binary, _settings, head, _clock, cancellationToken), process, tap)
            : new StdioClientCall(process, _framing, _format, _settings, head, _clock, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await _table.StopAsync(_owner, CancellationToken.None);

    private RunningProcess? TryStart(CallHead head, Destination destination, StderrTap? tap)
    {
        ChildProcess? child = null;
        try
        {
            child = Spawn(Plan(), ChildEnvironment.Of(head, Activity.Current));
        }
        catch (SpawnException e)
        {
            _logger.SpawnFailed(_cluster.Id, e.Message);
            return null;
        }
        finally
        {
            if (child is null)
            {
                _owner.SpawnFailed();
            }
        }

        _logger.ChildStarted(_cluster.Id, child.Id, _settings.Command);
        return new RunningProcess(child, _owner, destination.Id, head.Method, tap);
    }

    private static ChildProcess Spawn(ProcessPlan plan, KeyValuePair<string, string>[] callEnvironment) =>
        OperatingSystem.IsLinux()
            ? ProcessSpawner.Spawn(plan, callEnvironment, ProcessReaper.Shared)
            : FallbackProcess.Start(plan, callEnvironment);

    private ProcessPlan Plan()
    {
        if (Volatile.Read(ref _plan) is { } known)
        {
            return known;
        }

        var problems = new List<ConfigProblem>();
        var plan = ProcessPlan.Compile(_cluster, _baseDirectory, Environment.GetEnvironmentVariable, problems)
            ?? throw new SpawnException(string.Join("; ", problems));
        Volatile.Write(ref _plan, plan);
        return plan;
    }

    private RefusedCall Refuse(string message, StatusOrigin origin) =>
        new(_format, new CallStatus(StatusCode.Unavailable, message) { Origin = origin });
}
