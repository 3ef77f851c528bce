namespace Transcoders.Calls;

/// <summary>Writes a status as a payload, such as google.rpc.Status in JSON. Compiled once per schema; used from any thread.</summary>
public abstract class StatusWriter
{
    /// <summary>Appends the status to <paramref name="output"/> as google.rpc.Status. It never fails: details that cannot be read are written as base64.</summary>
    public void Write(CallStatus status, PayloadBuffer output) => Write(status, default, output);

    /// <summary>As the other, in a shape that HTTP clients read.</summary>
    public abstract void Write(CallStatus status, StatusForm form, PayloadBuffer output);
}
