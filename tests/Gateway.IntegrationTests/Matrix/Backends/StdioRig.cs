using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>`testchild behaviours`, a process for each call, which tells the ledger what happens to it.</summary>
internal sealed class StdioRig : IBackendRig
{
    private readonly ChildLedger _ledger = new();

    public string Backend => "stdio";

    public BackendTraits Traits { get; } = new()
    {
        KilledAs = StatusCode.ResourceExhausted,
        Bare = static code => code is StatusCode.InvalidArgument or StatusCode.DeadlineExceeded or StatusCode.NotFound or StatusCode.PermissionDenied
            or StatusCode.FailedPrecondition or StatusCode.Unavailable or StatusCode.Internal ? code : StatusCode.Unknown,
        NoMetadata = "a process has no headers: metadata does not reach it",
        NoResponseMetadata = "a process has no headers to answer with",
        NoTrailers = "a process has no trailers",
        NoDetails = "the status line of a process carries a code and a message",
    };

    public string Cluster(bool isKillable) => $$"""
        "Protocol": "stdio",
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
        "Process": {
          {{TestChildProgram.Command("behaviours")}},
          "Framing": "ndjson",
          "Environment": { "LEDGER": "{{_ledger.Port}}", "DOTNET_TieredPGO": "0", "DOTNET_gcServer": "0" },
          "Stop": { "Grace": "00:00:00.3" }
        }
        """;

    /// <summary>A process is killed alone.</summary>
    public SemaphoreSlim Killing { get; } = new(int.MaxValue);

    public Task StartAsync() => Task.CompletedTask;

    public Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken) => _ledger.Seen.WaitAsync(key, until, cancellationToken);

    public Seen Now(string key) => _ledger.Seen.Now(key);

    public Task KillAsync(string key)
    {
        using var child = System.Diagnostics.Process.GetProcessById(_ledger.ProcessOf(key));
        child.Kill();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();
}
