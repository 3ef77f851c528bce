namespace Transcoders.Calls;

/// <summary>How a process's own streams cross the hub where the client asked for them (<see cref="CallHead.WantsStreams"/>): bytes as they come, whatever the framing.</summary>
public static class ProcessStreams
{
    /// <summary><see cref="Message.Event"/> of bytes that were written to stderr; bytes of stdout have none.</summary>
    public const string Stderr = "stderr";

    /// <summary>The trailer that tells the process's exit code; absent when it ended by a signal.</summary>
    public const string ExitCode = "exit-code";
}
