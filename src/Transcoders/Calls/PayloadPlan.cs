namespace Transcoders.Calls;

/// <summary>
/// Converts one message from one format to another; compiled once per message type at load, used from any thread.
/// </summary>
/// <remarks>It interprets nothing per call and allocates nothing per message in the steady state.</remarks>
public abstract class PayloadPlan
{
    public abstract PayloadFormat From { get; }

    public abstract PayloadFormat To { get; }

    /// <summary>True when the output is the input byte for byte, so that a caller may skip the copy.</summary>
    public virtual bool IsIdentity => false;

    /// <summary>Appends the converted message to <paramref name="output"/>.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when the input is malformed, naming the field path; RESOURCE_EXHAUSTED over a limit.</exception>
    public abstract void Convert(ReadOnlySpan<byte> input, PayloadBuffer output);
}
