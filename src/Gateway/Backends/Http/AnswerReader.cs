using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>Cuts messages out of one answer's body. Used by one reader at a time; who opens the call, disposes.</summary>
internal abstract class AnswerReader : IDisposable
{
    /// <summary>How the answer ended when it said so itself; null when it is the end of a success.</summary>
    public CallStatus? End { get; protected set; }

    /// <summary>The next message, on loan until the next read; null at the end.</summary>
    /// <exception cref="CallException">The body is not what it claims to be, or over a limit.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public abstract ValueTask<Message?> ReadAsync(CancellationToken cancellationToken);

    public abstract void Dispose();

    /// <summary>What an answer that stops in the middle of a message means: its server has gone.</summary>
    protected static CallStatus Truncated { get; } =
        new(StatusCode.Unavailable, "The backend's answer ends inside a message.") { Origin = StatusOrigin.Transport, HttpStatus = 502 };
}
