using System.Diagnostics;
using Gateway.Configuration;
using Transcoders.Calls;

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
    private readonly StdioExchange _exchange;
    private readonly MetadataNames _passMetadata;
    private readonly ProcessTable _table;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly ProcessOwner _owner;
    private ProcessPlan? _plan;

    /// <param name="cluster">A cluster of protocol `stdio`.</param>
    /// <param name="baseDirectory">What relative paths are relative to: the directory of the configuration file.</param>
    /// <param name="format">What messages are on both streams; see <see cref="FormatOf"/> for the usual one.</param>
    /// <param name="statuses">Reads the statuses that processes print.</param>
    /// <param name="table">Where the children are counted and listed; shared by all clusters.</param>
    /// <param name="logger">Gets the facts of <see cref="StdioLog"/>, stderr lines among them.</param>
    /// <param name="clock">Measures graces and deadlines.</param>
    public StdioBackend(
        ClusterSettings cluster, string baseDirectory, PayloadFormat format, StatusReader statuses, ProcessTable table, ILogger logger, TimeProvider clock)
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
        _exchange = StdioExchange.Compile(cluster, format, statuses);
        _passMetadata = new MetadataNames(_settings.PassMetadata);
        _table = table;
        _logger = logger;
        _clock = clock;
        _owner = new ProcessOwner(cluster.Id, _settings.Command, _settings.StopGrace, table, logger, clock);
        _plan = ProcessPlan.Compile(cluster, baseDirectory, Environment.GetEnvironmentVariable, []);
    }

    public string Protocol => "stdio";

    /// <summary>What the cluster's framing, codec, dialect and schema make of a message.</summary>
    public static PayloadFormat FormatOf(ClusterSettings cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return StdioExchange.FormatOf(cluster);
    }

    /// <summary>What the cluster carries.</summary>
    public static ProtocolTraits TraitsOf(ClusterSettings cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return StdioExchange.TraitsOf(cluster);
    }

    /// <summary>The headers a process can see, a trailing `*` standing for any rest: by them two calls may differ.</summary>
    public static IReadOnlyList<string> IdentityOf(ClusterSettings cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        const string Header = "{header.";
        var names = new List<string>(cluster.Process?.PassMetadata ?? []);
        foreach (var argument in cluster.Process?.Arguments ?? [])
        {
            for (var at = argument.IndexOf(Header, StringComparison.Ordinal); at >= 0; at = argument.IndexOf(Header, at + 1, StringComparison.Ordinal))
            {
                var end = argument.IndexOf('}', at);
                names.Add(argument[(at + Header.Length)..(end < 0 ? argument.Length : end)]);
            }
        }

        return names;
    }

    /// <summary>Everything that keeps the cluster's process from being started, for `gateway check`; empty when nothing does.</summary>
    public static IReadOnlyList<ConfigProblem> Check(ClusterSettings cluster, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        var problems = new List<ConfigProblem>();
        _ = ProcessPlan.Compile(cluster, baseDirectory, Environment.GetEnvironmentVariable, problems);
        if (cluster.Process is { Fanout: not null, Framing: "cgi" })
        {
            problems.Add(new(cluster.Position, $"ReverseProxy:Clusters:{cluster.Id}:Process:Shared", "a CGI program answers one request; Framing 'ndjson' or 'json-seq' would be right for one that many clients listen to."));
        }

        return problems;
    }

    /// <summary>Starts a process. It never throws for one that cannot be started: that is a call which ends UNAVAILABLE.</summary>
    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(destination);
        return _exchange.IsCgi
            ? new CgiClientCall(length => Start(head, destination, length, cancellationToken))
            : Start(head, destination, contentLength: 0, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await _table.StopAsync(_owner, CancellationToken.None);

    private ClientCall Start(CallHead head, Destination destination, int contentLength, CancellationToken cancellationToken)
    {
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

        try
        {
            var tap = head.WantsStreams ? new StderrTap() : null;
            if (TryStart(head, destination, contentLength, tap) is not { } process)
            {
                return Refuse($"The process of cluster '{_cluster.Id}' could not be started; the gateway's log says why.", StatusOrigin.Transport);
            }

            if (tap is not null)
            {
                return new StreamsCall(new StdioClientCall(process, _exchange.AsStreams(), head, _clock, cancellationToken), process, tap);
            }

            var call = new StdioClientCall(process, _exchange, head, _clock, cancellationToken);
            return _exchange.IsJsonRpc ? new JsonRpcClientCall(call, _exchange, head, _settings.Method) : call;
        }
        catch (CallException e)
        {
            // What the client sent cannot be handed to a process.
            return new RefusedCall(_format, e.Status);
        }
    }

    private RunningProcess? TryStart(CallHead head, Destination destination, int contentLength, StderrTap? tap)
    {
        ChildProcess? child = null;
        try
        {
            var plan = Plan();
            child = Spawn(plan, plan.ArgumentsOf(head), VariablesOf(plan, head, contentLength));
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

    private KeyValuePair<string, string>[] VariablesOf(ProcessPlan plan, CallHead head, int contentLength)
    {
        var variables = ChildEnvironment.Of(head, Activity.Current, _passMetadata, _clock);
        if (_exchange.IsCgi)
        {
            CgiVariables.Add(variables, head, _settings.ScriptName, contentLength);
        }

        ChildEnvironment.ThrowIfOverLimit(plan.Environment, variables);
        return [.. variables];
    }

    private static ChildProcess Spawn(ProcessPlan plan, string[] arguments, KeyValuePair<string, string>[] callEnvironment) =>
        OperatingSystem.IsLinux()
            ? ProcessSpawner.Spawn(plan, arguments, callEnvironment, ProcessReaper.Shared)
            : FallbackProcess.Start(plan, arguments, callEnvironment);

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
        new(_format, new CallStatus(StatusCode.Unavailable, message) { Origin = origin, IsUnsent = true });
}
