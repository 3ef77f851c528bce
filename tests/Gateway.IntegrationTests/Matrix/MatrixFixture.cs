using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Backends;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>One gateway in front of every rig, and a driver for every edge. A new protocol adds a line to each list.</summary>
public sealed class MatrixFixture : IAsyncLifetime
{
    private RunningGateway? _gateway;

    internal static IReadOnlyList<string> EdgeNames { get; } = ["http", "sse", "websocket", "websocket envelope", "grpc"];

    internal static IReadOnlyList<string> BackendNames { get; } = ["grpc", "stdio"];

    internal IReadOnlyList<IEdgeDriver> Edges { get; private set; } = [];

    internal IReadOnlyList<IBackendRig> Backends { get; private set; } = [];

    internal RunningGateway Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        Backends = [await GrpcRig.StartAsync(), new StdioRig()];
        _gateway = await RunningGateway.StartAsync(Configuration(Backends));
        Edges = [new HttpDriver(_gateway), new SseDriver(_gateway), new WebSocketDriver(_gateway), new EnvelopeDriver(_gateway), new GrpcDriver(_gateway)];
        Assert.Equal(EdgeNames, Edges.Select(static e => e.Name));
        Assert.Equal(BackendNames, Backends.Select(static b => b.Backend));
    }

    public async Task DisposeAsync()
    {
        MatrixTable.Write();
        foreach (var edge in Edges)
        {
            edge.Dispose();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        foreach (var backend in Backends)
        {
            await backend.DisposeAsync();
        }
    }

    private static string Configuration(IReadOnlyList<IBackendRig> backends)
    {
        var routes = new List<string>();
        foreach (var backend in backends)
        {
            routes.Add(Route(backend.Backend, "", ""));
            routes.Add(Route(backend.Backend, Variants.Timeout, "\"Timeout\": \"00:00:00.8\","));
        }

        var clusters = backends.Select(static backend => $$"""
            "{{backend.Backend}}": { {{backend.Cluster}} }
            """);
        return $$"""
            { "ReverseProxy": {
              "Routes": { {{string.Join(",\n", routes)}} },
              "Clusters": { {{string.Join(",\n", clusters)}} }
            } }
            """;
    }

    private static string Route(string backend, string variant, string more) => $$"""
        "{{Variants.Rig(backend, variant)}}": {
          "ClusterId": "{{backend}}", {{more}}
          "Match": { "Path": "/{**path}", "Headers": [ { "Name": "{{Variants.Header}}", "Values": [ "{{Variants.Rig(backend, variant)}}" ] } ] },
          "Options": { "Metadata": { "Deny": [ "x-secret" ] } }
        }
        """;
}
