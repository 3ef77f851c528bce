namespace Gateway.Backends.Stdio;

/// <summary>How a child is asked, told and made to end: each step, then a wait for its exit before the next.</summary>
/// <remarks>
/// <code>
/// close stdin ── grace ──► SIGTERM to the group ── grace ──► SIGKILL to the group
/// </code>
/// A child that follows its input ends at the first step and never sees a signal. What outlives the leader is the business of <see cref="RunningProcess"/>.
/// </remarks>
internal static class TerminationLadder
{
    private static readonly Action<ChildProcess>[] Steps =
    [
        static child => child.Input.Dispose(),
        static child =>
        {
            // Nobody will read the rest: a child that is stuck writing gets SIGPIPE or EPIPE beside the signal.
            child.Output.Dispose();
            child.Signal(ChildSignal.Terminate);
        },
        static child => child.Signal(ChildSignal.Kill),
    ];

    /// <summary>Climbs until the leader has exited.</summary>
    /// <param name="child">The child to end.</param>
    /// <param name="grace">Time a step has before the next; the last one needs none, since SIGKILL cannot be refused.</param>
    /// <param name="clock">Measures the grace.</param>
    /// <returns>True when it took SIGKILL.</returns>
    public static async Task<bool> RunAsync(ChildProcess child, TimeSpan grace, TimeProvider clock)
    {
        for (var i = 0; i < Steps.Length - 1; i++)
        {
            Steps[i](child);
            if (await child.Exited.EndsWithinAsync(grace, clock))
            {
                return false;
            }
        }

        Steps[^1](child);
        await child.Exited;
        return true;
    }
}
