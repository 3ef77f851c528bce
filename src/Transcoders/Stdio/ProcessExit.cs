namespace Transcoders.Stdio;

/// <summary>How a process ended: with a code, by a signal, or unknown to us.</summary>
public readonly record struct ProcessExit
{
    private ProcessExit(int? code, int? signal)
    {
        Code = code;
        Signal = signal;
    }

    /// <summary>Somebody else collected the exit status before us.</summary>
    public static ProcessExit Unknown => default;

    /// <summary>The exit code, 0–255; null when it was killed or the end is unknown.</summary>
    public int? Code { get; }

    /// <summary>The number of the signal that killed it; null when none did.</summary>
    public int? Signal { get; }

    public bool IsSuccess => Code == 0;

    public static ProcessExit WithCode(int code) => new(code, null);

    public static ProcessExit BySignal(int signal) => new(null, signal);

    /// <summary>`exited 65`, `was killed by signal 9`: to follow the word "process".</summary>
    public override string ToString() => this switch
    {
        { Code: { } code } => $"exited {code}",
        { Signal: { } signal } => $"was killed by signal {signal}",
        _ => "ended in a way unknown",
    };
}
