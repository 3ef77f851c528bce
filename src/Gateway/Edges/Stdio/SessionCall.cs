using System.Buffers;
using Transcoders.Calls;

namespace Gateway.Edges.Stdio;

/// <summary>One call among those of a session.</summary>
internal abstract class SessionCall : StdioCall
{
    /// <summary>The id as the peer wrote it, quotes and all; empty when it wants no answer.</summary>
    public required ReadOnlyMemory<byte> Id { get; init; }

    public required SessionOutput Output { get; init; }

    /// <summary>Why it was stopped from here; null when it was not.</summary>
    protected CallStatus? Reason { get; private set; }

    /// <summary>Stops it, and tells the peer why.</summary>
    public void Cancel(CallStatus reason)
    {
        Reason ??= reason;
        Abort();
    }

    /// <summary>Takes a further message of its request.</summary>
    public virtual void Post(ReadOnlyMemory<byte> data)
    {
    }

    /// <summary>Its request is complete.</summary>
    public virtual void HalfClose()
    {
    }

    /// <summary>Tells the peer how it ended.</summary>
    public abstract ValueTask AnswerAsync(CallStatus status, Dispatch.CallRoute route);

    public override ValueTask WriteHeadAsync(CallMetadata? metadata) => default;

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;
}
