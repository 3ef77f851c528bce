using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>One kind of backend which serves library.v1.Behaviours and tells what it sees.</summary>
internal interface IBackendRig : IAsyncDisposable
{
    /// <summary>The column of the table: one of the five protocols.</summary>
    string Backend { get; }

    BackendTraits Traits { get; }

    /// <summary>The body of the cluster: `"Protocol": …` and so on, without braces.</summary>
    string Cluster { get; }

    /// <summary>Waits until what was seen under the key fulfils the condition.</summary>
    Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken);

    /// <summary>What has been seen under the key up to now.</summary>
    Seen Now(string key);

    /// <summary>Crashes whatever serves the call under this key. Later calls find a backend again.</summary>
    Task KillAsync(string key);
}

/// <summary>What a backend carries; text is the reason why it does not, null means it does.</summary>
internal sealed record BackendTraits
{
    /// <summary>How the client sees a crash; null when it may be any failure.</summary>
    public StatusCode? KilledAs { get; init; }

    /// <summary>Its deadline arrives as a header or the like, not as a kill timer only.</summary>
    public bool SeesDeadline { get; init; }

    public string? NoMetadata { get; init; }

    public string? NoDetails { get; init; }
}

/// <summary>Counters of the calls under one key.</summary>
internal sealed record Seen(long Started, long Active, long Completed, long Failed, long Cancelled, long Received, long Sent, long HalfClosed)
{
    public string TraceParent { get; init; } = "";

    public string Timeout { get; init; } = "";
}
