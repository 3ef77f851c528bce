using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Samples.Library;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>The Library sample in this process, behind a line that can be cut.</summary>
internal sealed class GrpcRig : IBackendRig
{
    private readonly LibraryServer _server;
    private readonly CuttableLine _line;

    private GrpcRig(LibraryServer server, CuttableLine line)
    {
        _server = server;
        _line = line;
    }

    public string Backend => "grpc";

    public BackendTraits Traits { get; } = new() { SeesDeadline = true, KilledAs = StatusCode.Unavailable };

    public string Cluster => $$"""
        "Protocol": "grpc",
        "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
        "Destinations": { "a": { "Address": "{{_line.Address}}" } }
        """;

    public static async Task<GrpcRig> StartAsync()
    {
        var server = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        return new GrpcRig(server, new CuttableLine(server.Address.Port));
    }

    public async Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken) =>
        ToSeen(await _server.Ledger.WaitAsync(key, counters => until(ToSeen(new StateReply { Counters = counters })), cancellationToken));

    public Seen Now(string key) => ToSeen(_server.Ledger.State(key));

    public Task KillAsync(string key)
    {
        _line.Cut();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static Seen ToSeen(StateReply state) => new(
        state.Counters.Started, state.Counters.Active, state.Counters.Completed, state.Counters.Failed,
        state.Counters.Cancelled, state.Counters.Received, state.Counters.Sent, state.Counters.HalfClosed)
    {
        TraceParent = state.Traceparent,
        Timeout = state.GrpcTimeout,
    };
}
