using Gateway.Backends.Stdio;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Backends;
using Gateway.IntegrationTests.Matrix.Edges;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>One gateway in front of every rig, and a driver for every edge. A new protocol adds a line to each list.</summary>
public sealed class MatrixFixture : IAsyncLifetime
{
    private readonly Dictionary<(string, string, string), Task> _rows = [];
    private RunningGateway? _gateway;
    private FrontDoor? _door;

    /// <summary>Of the drivers, as far as the gateway has their edges.</summary>
    internal static IReadOnlyList<string> EdgeNames { get; } =
        [.. ((string[])["http", "sse", "websocket", "websocket envelope", "grpc", "stdio"]).Where(static name => Protocols.Edges.Any(e => e.Name == name.Split(' ')[0]))];

    /// <summary>Of the rigs, as far as the gateway translates to their protocol.</summary>
    internal static IReadOnlyList<string> BackendNames { get; } = Translated(["http", "sse", "websocket", "grpc", "stdio"]);

    /// <summary>What is proven, in the order of the rows: an edge, a backend and a behaviour.</summary>
    internal static IList<(string Edge, string Backend, string Behaviour)> Rows { get; } =
    [
        .. from edge in EdgeNames
           from backend in BackendNames
           from behaviour in BehaviourList.All
           select (edge, backend, behaviour.Name),
    ];

    internal IReadOnlyList<IEdgeDriver> Edges { get; private set; } = [];

    internal IReadOnlyList<IBackendRig> Backends { get; private set; } = [];

    internal RunningGateway Gateway => _gateway!;

    /// <summary>A driver for each edge.</summary>
    /// <param name="door">Where they knock.</param>
    /// <param name="file">The gateway's configuration, for the edge that is a command.</param>
    internal static IReadOnlyList<IEdgeDriver> Drivers(FrontDoor door, string file) =>
        [new HttpDriver(door), new SseDriver(door), new WebSocketDriver(door), new EnvelopeDriver(door), new GrpcDriver(door), new CommandDriver(file)];

    /// <summary>A rig for each backend, not started.</summary>
    internal static IReadOnlyList<IBackendRig> Rigs() => [new HttpRig(), new SseRig(), new WebSocketRig(), new GrpcRig(), new StdioRig()];

    public async Task InitializeAsync()
    {
        Backends = [.. Rigs().Where(static r => BackendNames.Contains(r.Backend))];
        foreach (var backend in Backends)
        {
            await backend.StartAsync();
        }

        _gateway = await RunningGateway.StartAsync(Configuration(Backends));
        _door = new FrontDoor(_gateway.Url, _gateway.Url);
        Edges = [.. Drivers(_door, _gateway.File).Where(static e => EdgeNames.Contains(e.Name))];
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_rows.Values.Select(static r => ((Task)r).ContinueWith(static _ => { }, TaskScheduler.Default)));
        MatrixTable.Write();
        foreach (var edge in Edges)
        {
            edge.Dispose();
        }

        _door?.Dispose();
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        foreach (var backend in Backends)
        {
            await backend.DisposeAsync();
        }
    }

    /// <summary>The proof of a row. The rows after it are begun as well: most of the time of a row is waiting.</summary>
    internal Task ProofOf(int row, Func<int, Task> prove)
    {
        const int AtOnce = 4;
        for (var i = row; i < row + AtOnce; i++)
        {
            var next = Rows[i % Rows.Count];
            if (!_rows.ContainsKey(next))
            {
                var index = i % Rows.Count;
                _rows.Add(next, Task.Run(() => prove(index)));
            }
        }

        return _rows[Rows[row]];
    }

    private static IReadOnlyList<string> Translated(string[] names)
    {
        var registered = Protocols.Backends(new ProcessTable(), TimeProvider.System, NullLoggerFactory.Instance);
        return [.. names.Where(name => registered.Any(r => r.Name == name && r.Traits is not null))];
    }

    private static string Configuration(IReadOnlyList<IBackendRig> backends)
    {
        var routes = new List<string>();
        foreach (var backend in backends)
        {
            routes.Add(Route(backend.Backend, backend.Backend, ""));
            routes.Add(Route(Variants.Rig(backend.Backend, Variants.Timeout), backend.Backend, "\"Timeout\": \"00:00:01.5\","));
            var killable = Variants.Rig(backend.Backend, Variants.Killable);
            routes.Add(Route(killable, killable, ""));
        }

        var clusters = backends.Select(static backend => $$"""
            "{{backend.Backend}}": { {{backend.Cluster(isKillable: false)}} },
            "{{Variants.Rig(backend.Backend, Variants.Killable)}}": { {{backend.Cluster(isKillable: true)}} }
            """);
        return $$"""
            { "ReverseProxy": {
              "Routes": { {{string.Join(",\n", routes)}} },
              "Clusters": { {{string.Join(",\n", clusters)}} }
            } }
            """;
    }

    private static string Route(string name, string cluster, string more) => $$"""
        "{{name}}": {
          "ClusterId": "{{cluster}}", {{more}}
          "Match": { "Path": "/{**path}", "Headers": [ { "Name": "{{Variants.Header}}", "Values": [ "{{name}}" ] } ] },
          "Options": { "Metadata": { "Deny": [ "x-secret" ] } }
        }
        """;
}
