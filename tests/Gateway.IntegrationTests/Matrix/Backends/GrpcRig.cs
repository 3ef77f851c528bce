using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Samples.Library;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>The Library sample in this process, behind a line that can be cut.</summary>
internal sealed class GrpcRig : IBackendRig
{
    private LibraryServer? _server;
    private CuttableLine? _line;
    private CuttableLine? _killable;

    public string Backend => "grpc";

    public BackendTraits Traits { get; } = new() { SeesDeadline = true, KilledAs = StatusCode.Unavailable, Bare = static code => code };

    public string Cluster(bool isKillable) => $$"""
        "Protocol": "grpc",
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
        "Destinations": { "a": { "Address": "{{(isKillable ? _killable : _line)!.Address}}" } }
        """;

    /// <summary>Straight to the rig, for a driver without a gateway between; it can be cut.</summary>
    public FrontDoor Door => new(new Uri(_killable!.Address), new Uri(_killable.Address));

    public SemaphoreSlim Killing { get; } = new(1);

    public async Task StartAsync()
    {
        _server = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        _line = new CuttableLine(_server.Address.Port);
        _killable = new CuttableLine(_server.Address.Port);
    }

    public async Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken) =>
        ToSeen(await _server!.Ledger.WaitAsync(key, counters => until(ToSeen(new StateReply { Counters = counters })), cancellationToken));

    public Seen Now(string key) => ToSeen(_server!.Ledger.State(key));

    public Task KillAsync(string key)
    {
        _killable!.Cut();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _line!.DisposeAsync();
        await _killable!.DisposeAsync();
        await _server!.DisposeAsync();
    }

    private static Seen ToSeen(StateReply state) => new(
        state.Counters.Started, state.Counters.Active, state.Counters.Completed, state.Counters.Failed,
        state.Counters.Cancelled, state.Counters.Received, state.Counters.Sent, state.Counters.HalfClosed)
    {
        TraceParent = state.Traceparent,
        Timeout = state.GrpcTimeout,
    };
}
