using System.Text.Json;
using Gateway.DocTests.Running;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>A gateway before servers of other hands: Node.js (ws, @grpc/grpc-js), Python, nginx, websocketd, and tools as children.</summary>
/// <remarks>
/// The header `x-backend` chooses who serves library.v1.Behaviours. A server whose program is not installed is not
/// started; the tests that need it are skipped.
/// </remarks>
public sealed class ForeignFixture : IAsyncLifetime
{
    /// <summary>An address where nobody listens.</summary>
    private const int Nobody = 1;

    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-foreign-").FullName;
    private readonly List<ForeignProcess> _processes = [];
    private ForeignProcess? _node;
    private ForeignProcess? _python;
    private ForeignProcess? _client;
    private LibraryServer? _library;
    private RunningGateway? _gateway;

    internal RunningGateway Gateway => _gateway!;

    /// <summary>Node.js: says who closed and who was cancelled.</summary>
    internal ForeignProcess Node => _node!;

    /// <summary>Python: says who left.</summary>
    internal ForeignProcess Python => _python!;

    /// <summary>`127.0.0.1:port` of the WebSocket server itself.</summary>
    internal string NodeSockets { get; private set; } = "";

    /// <summary>A page from elsewhere: the same files by another origin.</summary>
    internal string ForeignPage { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var (sockets, rpc) = await StartNodeAsync();
        var python = await StartPythonAsync();
        var ports = FreePorts.Find(2);
        var nginx = await StartNginxAsync(ports[0]);
        var daemon = await StartWebSocketDaemonAsync(ports[1]);
        NodeSockets = $"127.0.0.1:{sockets}";
        ForeignPage = $"http://127.0.0.1:{nginx}/page/";
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        _gateway = await RunningGateway.StartAsync(ForeignConfiguration.Text(_library.Address.ToString(), sockets, rpc, python, nginx, daemon));
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _client is null ? _processes : _processes.Append(_client))
        {
            await process.DisposeAsync();
        }

        await _gateway!.DisposeAsync();
        await _library!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A client of `ws`, connected; its options as tests/js/ws-client.mjs takes them.</summary>
    internal async Task<(ForeignProcess Client, JsonElement Open)> ConnectAsync(string path, string options = "{}")
    {
        var client = NodeProgram.Start("ws-client.mjs", Gateway.Address(path, "ws").ToString(), options);
        return (client, (await client.ReadAsync()).GetProperty("open"));
    }

    /// <summary>A call by `@grpc/grpc-js` to the server that the header names.</summary>
    internal async Task<GrpcJsCall> CallAsync(string backend, string method, string more = "")
    {
        // One program makes all calls, one after the other, as long as they end well.
        var client = _client ?? NodeProgram.Start("grpc-client.mjs", Gateway.Url.Authority, Protos.Library);
        _client = null;
        await client.SayAsync($$"""{"call":"library.v1.Behaviours/{{method}}","metadata":{"x-backend":"{{backend}}","x-team":"red"}{{more}}}""");
        return new GrpcJsCall(client, returned => _client = returned);
    }

    private static string Program(string name) => Path.Combine(Repository.Root, "tests", "programs", name);

    private async Task<(int Sockets, int Rpc)> StartNodeAsync()
    {
        if (NeedsTheoryAttribute.Missing("npm:ws", "npm:@grpc/grpc-js", "npm:@grpc/proto-loader") is not null)
        {
            return (Nobody, Nobody);
        }

        _processes.Add(_node = NodeProgram.Start("servers.mjs", Protos.Library));
        var listening = await _node.ReadAsync();
        return (listening.GetProperty("ws").GetInt32(), listening.GetProperty("grpc").GetInt32());
    }

    private async Task<int> StartPythonAsync()
    {
        if (Programs.Missing("python3") is not null)
        {
            return Nobody;
        }

        _processes.Add(_python = ForeignProcess.Start("python3", Program("rest_server.py")));
        return (await _python.ReadAsync()).GetInt32();
    }

    private async Task<int> StartNginxAsync(int port)
    {
        if (Programs.Missing("nginx") is not null)
        {
            return Nobody;
        }

        var file = Path.Combine(_directory, "nginx.conf");
        var text = await File.ReadAllTextAsync(Program("nginx.conf"));
        await File.WriteAllTextAsync(file, text.Replace("PORT", $"{port}", StringComparison.Ordinal));
        _processes.Add(ForeignProcess.Start("nginx", "-p", _directory, "-e", "stderr", "-c", file));
        await FreePorts.WaitForAsync(port);
        return port;
    }

    private async Task<int> StartWebSocketDaemonAsync(int port)
    {
        if (NeedsTheoryAttribute.Missing("websocketd", "jq") is not null)
        {
            return Nobody;
        }

        _processes.Add(ForeignProcess.Start("websocketd", "--address=127.0.0.1", $"--port={port}", "--loglevel=fatal", "jq", "-c", "--unbuffered", "{upper: (.text | ascii_upcase)}"));
        await FreePorts.WaitForAsync(port);
        return port;
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(ForeignFixture))]
public sealed class ForeignTests : ICollectionFixture<ForeignFixture>;

/// <summary>A test with it: after each, no undeclared error was logged.</summary>
public abstract class ForeignTest(ForeignFixture fixture) : IDisposable
{
    private protected ForeignFixture Fixture { get; } = fixture;

    public void Dispose() => Fixture.Gateway.AssertNoErrors();
}
