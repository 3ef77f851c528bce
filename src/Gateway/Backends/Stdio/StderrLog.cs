namespace Gateway.Backends.Stdio;

/// <summary>Lets a child's stderr lines into the log at a bounded rate: a burst, then so many a second; what was left out is counted.</summary>
/// <remarks>Called by one drain at a time.</remarks>
internal sealed class StderrLog(ILogger logger, string clusterId, int pid, TimeProvider clock)
{
    private const int Burst = 100;
    private const int LinesPerSecond = 20;

    private double _tokens = Burst;
    private long _filledAt = clock.GetTimestamp();
    private long _leftOut;

    public void Write(string line)
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(Burst, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * LinesPerSecond));
        _filledAt = now;
        if (_tokens < 1)
        {
            _leftOut++;
            return;
        }

        _tokens--;
        ReportLeftOut();
        logger.ChildStderr(clusterId, pid, line);
    }

    /// <summary>Says how many lines are missing since the last time it said so.</summary>
    public void ReportLeftOut()
    {
        if (_leftOut != 0)
        {
            logger.ChildStderrLeftOut(clusterId, pid, _leftOut);
            _leftOut = 0;
        }
    }
}
