namespace Transcoders.Calls;

/// <summary>Reads a status from a payload, such as google.rpc.Status in JSON: the other way of <see cref="StatusWriter"/>. Used from any thread.</summary>
public abstract class StatusReader
{
    /// <summary>The status; null when the payload is none. It never fails.</summary>
    public abstract CallStatus? Read(ReadOnlySpan<byte> payload);
}
