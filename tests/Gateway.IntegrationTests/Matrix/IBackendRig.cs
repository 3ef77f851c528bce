using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>One kind of backend which serves library.v1.Behaviours and tells what it sees.</summary>
internal interface IBackendRig : IAsyncDisposable
{
    /// <summary>The column of the table: one of the five protocols.</summary>
    string Backend { get; }

    BackendTraits Traits { get; }

    /// <summary>Starts it; before that only its traits can be asked for.</summary>
    Task StartAsync();

    /// <summary>The body of the cluster: `"Protocol": …` and so on, without braces.</summary>
    /// <param name="isKillable">For the calls that <see cref="KillAsync"/> may hit: none of the others goes that way.</param>
    string Cluster(bool isKillable);

    /// <summary>Waits until what was seen under the key fulfils the condition.</summary>
    Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken);

    /// <summary>What has been seen under the key up to now.</summary>
    Seen Now(string key);

    /// <summary>Crashes whatever serves the call under this key, and all that came through the killable cluster. Later calls find a backend again.</summary>
    Task KillAsync(string key);

    /// <summary>Held by a call that is to be killed, where a kill hits every call of the killable cluster.</summary>
    SemaphoreSlim Killing { get; }
}

/// <summary>What a backend carries; text is the reason why it does not, null means it does.</summary>
internal sealed record BackendTraits
{
    /// <summary>How the client sees a crash; null when it may be any failure.</summary>
    public StatusCode? KilledAs { get; init; }

    /// <summary>What remains of a code that its wire alone told: an HTTP status, a close code, an exit code.</summary>
    public required Func<StatusCode, StatusCode> Bare { get; init; }

    /// <summary>Its deadline arrives as a header or the like, not as a kill timer only.</summary>
    public bool SeesDeadline { get; init; }

    /// <summary>Why more than one request message cannot reach it: the planner says so too.</summary>
    public string? NoRequestStream { get; init; }

    /// <summary>Why both directions cannot stream in one call: the planner says so too.</summary>
    public string? NoDuplex { get; init; }

    /// <summary>Why headers of the request do not reach it.</summary>
    public string? NoMetadata { get; init; }

    /// <summary>Why it cannot answer with headers.</summary>
    public string? NoResponseMetadata { get; init; }

    public string? NoTrailers { get; init; }

    public string? NoDetails { get; init; }
}

/// <summary>Counters of the calls under one key.</summary>
internal sealed record Seen(long Started, long Active, long Completed, long Failed, long Cancelled, long Received, long Sent, long HalfClosed)
{
    public static Seen Nothing { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    public string TraceParent { get; init; } = "";

    public string Timeout { get; init; } = "";
}
