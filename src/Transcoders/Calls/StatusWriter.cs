namespace Transcoders.Calls;

/// <summary>Writes a status as a payload, such as google.rpc.Status in JSON. Compiled once per schema; used from any thread.</summary>
public abstract class StatusWriter
{
    /// <summary>Appends the status to <paramref name="output"/>. It never fails: details that cannot be read are written as base64.</summary>
    public abstract void Write(CallStatus status, PayloadBuffer output);
}
