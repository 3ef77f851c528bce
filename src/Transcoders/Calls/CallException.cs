namespace Transcoders.Calls;

/// <summary>Carries a <see cref="CallStatus"/> out of code that cannot go on; foreign errors are translated into it where they enter.</summary>
public sealed class CallException : Exception
{
    public CallException(CallStatus status, Exception? inner = null)
        : base(status?.ToString(), inner)
    {
        ArgumentNullException.ThrowIfNull(status);
        Status = status;
    }

    public CallException(StatusCode code, string message, Exception? inner = null)
        : this(new CallStatus(code, message), inner)
    {
    }

    public CallStatus Status { get; }
}
