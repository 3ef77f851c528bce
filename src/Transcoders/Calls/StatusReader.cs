namespace Transcoders.Calls;

/// <summary>Reads a status from a payload, the way back of <see cref="StatusWriter"/>. Compiled once per schema; used from any thread.</summary>
public abstract class StatusReader
{
    /// <summary>The status; null when the payload is none. It never fails: details that cannot be kept are left out.</summary>
    public abstract CallStatus? Read(ReadOnlySpan<byte> json);
}
