namespace Gateway.IntegrationTests.Matrix;

/// <summary>Speaks one protocol to the gateway as its clients do. One instance per run.</summary>
internal interface IEdgeDriver : IDisposable
{
    /// <summary>Of the driver: `websocket envelope`.</summary>
    string Name { get; }

    /// <summary>The row of the table: one of the five protocols.</summary>
    string Edge { get; }

    /// <summary>What this edge can carry.</summary>
    EdgeTraits Traits { get; }

    /// <summary>A call costs so much that a few of the 16 codes must do where the backend is what is proven.</summary>
    bool IsSlow => false;

    /// <summary>The wire status of a code: HTTP status, close code; 200 for gRPC.</summary>
    int WireOf(Grpc.Core.StatusCode code);

    /// <summary>Opens a call on the route of a backend. It may fail later only: the call tells how it ends.</summary>
    Task<EdgeCall> OpenAsync(string rig, CallSpec spec);
}

/// <summary>What an edge carries; text is the reason why it does not, null means it does.</summary>
internal sealed record EdgeTraits
{
    public string? NoRequestStream { get; init; }

    /// <summary>Why a client that sends faster than the backend takes cannot be slowed down.</summary>
    public string? NoRequestPressure { get; init; }

    public string? NoResponseHeaders { get; init; }

    public string? NoTrailers { get; init; }

    /// <summary>Why a listener in the test sees no spans of the gateway.</summary>
    public string? NoSpans { get; init; }

    /// <summary>Why the gateway has no say in how long a call lasts that it forwards as it is.</summary>
    public string? NoForwardedDeadline { get; init; }

    /// <summary>Why the gateway has no say in the metadata of a call that it forwards as it is.</summary>
    public string? NoForwardedMetadata { get; init; }
}

/// <summary>The client's half of one call; messages are JSON.</summary>
internal abstract class EdgeCall : IAsyncDisposable
{
    public abstract Task SendAsync(string json);

    public abstract Task HalfCloseAsync();

    /// <summary>The next message; null when the call has ended, well or not.</summary>
    public abstract Task<string?> ReadAsync();

    /// <summary>How it ended; reads what is left first.</summary>
    public abstract Task<CallEnd> EndAsync();

    /// <summary>Gives the call up in the protocol's own way.</summary>
    public abstract Task CancelAsync();

    public abstract ValueTask DisposeAsync();
}
