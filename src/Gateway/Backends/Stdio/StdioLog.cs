using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>What the log says about processes. Arguments and variables are never in it: they may hold secrets.</summary>
internal static partial class StdioLog
{
    [LoggerMessage(5100, LogLevel.Debug, "{Cluster}: started process {Pid} ({Command}).")]
    public static partial void ChildStarted(this ILogger logger, string cluster, int pid, string command);

    [LoggerMessage(5101, LogLevel.Debug, "{Cluster}: process {Pid} {Exit} after {Seconds:0.000} s.")]
    public static partial void ChildExited(this ILogger logger, string cluster, int pid, ProcessExit exit, double seconds);

    [LoggerMessage(5102, LogLevel.Information, "{Cluster}: process {Pid} stderr: {Line}")]
    public static partial void ChildStderr(this ILogger logger, string cluster, int pid, string line);

    [LoggerMessage(5103, LogLevel.Warning, "{Cluster}: process {Pid} wrote {Count} more lines to stderr than are logged per second.")]
    public static partial void ChildStderrLeftOut(this ILogger logger, string cluster, int pid, long count);

    [LoggerMessage(5104, LogLevel.Warning, "{Cluster}: process {Pid} did not end when asked and was killed (stopped because: {Cause}).")]
    public static partial void ChildKilled(this ILogger logger, string cluster, int pid, StopCause cause);

    [LoggerMessage(5105, LogLevel.Error, "{Cluster}: no process could be started: {Reason}.")]
    public static partial void SpawnFailed(this ILogger logger, string cluster, string reason);

    [LoggerMessage(5106, LogLevel.Debug, "{Cluster}: a call was refused, {Limit} processes are running, which is the limit (MaxProcesses).")]
    public static partial void ProcessLimitReached(this ILogger logger, string cluster, int limit);
}
