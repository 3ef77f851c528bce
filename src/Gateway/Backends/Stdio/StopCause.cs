using Transcoders.Calls;

namespace Gateway.Backends.Stdio;

/// <summary>Why the gateway stopped a process.</summary>
internal enum StopCause
{
    /// <summary>It was not stopped: it ended by itself.</summary>
    None,

    /// <summary>The client has gone, or the call was given up.</summary>
    Cancelled,

    /// <summary>The call's deadline passed.</summary>
    Deadline,

    /// <summary>The gateway is going down.</summary>
    Shutdown,

    /// <summary>It closed its output and then did not exit.</summary>
    Lingered,

    /// <summary>What it wrote is no message: too long, or not of its framing.</summary>
    BadOutput,

    /// <summary>Its call has its answer, and it was not asked for more.</summary>
    Answered,
}

internal static class StopCauses
{
    /// <summary>The status of a call whose process was stopped; null when the process's own end decides.</summary>
    public static CallStatus? ToStatus(this StopCause cause) => cause switch
    {
        StopCause.Cancelled => new CallStatus(StatusCode.Cancelled, "The call was cancelled and its process stopped.") { Origin = StatusOrigin.Client },
        StopCause.Deadline => new CallStatus(StatusCode.DeadlineExceeded, "The deadline passed and the call's process was stopped."),
        StopCause.Shutdown => new CallStatus(StatusCode.Unavailable, "The gateway is stopping, and the call's process with it."),

        // These are not told by the cause alone: an exit code, or the refusal of the output, says more.
        StopCause.Lingered => null,
        StopCause.BadOutput => null,
        StopCause.Answered => null,
        StopCause.None => null,
        _ => null,
    };
}
