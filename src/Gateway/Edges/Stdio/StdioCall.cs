using System.IO.Pipelines;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Planning;

namespace Gateway.Edges.Stdio;

/// <summary>
/// One call of the stdio edge: what it asks, and where its answer goes. It passes the same pipeline as a request that came over a
/// socket, as a feature of an HttpContext that nothing else is behind.
/// </summary>
internal abstract class StdioCall : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();

    /// <summary>The endpoint it goes to; null when routing is to find it by verb and path.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>`/pkg.Service/Method` when the method is named; null when verb and path name it, or when there is no schema.</summary>
    public string? MethodPath { get; init; }

    public string Verb { get; init; } = "POST";

    /// <summary>Path and query, percent-encoded; begins with `/`.</summary>
    public string Target { get; init; } = "/";

    /// <summary>Request headers as the caller gave them.</summary>
    public IHeaderDictionary Headers { get; init; } = new HeaderDictionary();

    /// <summary>What is asked: JSON values, lines or bytes.</summary>
    public required PipeReader Body { get; init; }

    /// <summary>True when somebody types, and so a method that takes one message is called without any.</summary>
    public bool IsTyped { get; init; }

    /// <summary>True when the body was given along with the call, and not as a stream that may never end.</summary>
    public bool IsGiven { get; init; }

    /// <summary>True when bytes are carried as they come, whatever they are.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Fires when nobody waits for the answer any more.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>How it ended; null until it has.</summary>
    public CallStatus? Status { get; private set; }

    /// <summary>The route it went to; null when it came to none.</summary>
    public CallRoute? Route { get; private set; }

    public void Abort()
    {
        try
        {
            _aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in the meantime.
        }
    }

    /// <summary>Tells how it ended.</summary>
    public void Settle(CallRoute? route, CallStatus status)
    {
        Route = route;
        Status = status;
    }

    /// <summary>The call goes ahead under this plan.</summary>
    public virtual void Begin(CallRoute route, CallPlan plan)
    {
    }

    /// <summary>The answer opens; null when it has no metadata.</summary>
    public abstract ValueTask WriteHeadAsync(CallMetadata? metadata);

    /// <summary>One message of the answer, on loan.</summary>
    public abstract ValueTask WriteAsync(Message message, CancellationToken cancellationToken);

    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>After its end: lets go of what was not read of the request.</summary>
    public virtual void Dispose()
    {
        Body.Complete();
        _aborted.Dispose();
    }
}
