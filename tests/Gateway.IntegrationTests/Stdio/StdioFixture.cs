using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>The Library sample and a file that names it, for commands that are processes of their own.</summary>
public sealed class StdioFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-stdio-").FullName;
    private LibraryServer? _library;
    private SocketServer? _sockets;

    public string File => Path.Combine(_directory, "gateway.json");

    internal LibraryServer Library => _library!;

    internal SocketServer Sockets => _sockets!;

    public async Task InitializeAsync()
    {
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        _sockets = await SocketServer.StartAsync();
        await System.IO.File.WriteAllTextAsync(File, $$"""
            { "ReverseProxy": {
                "Routes": {
                  "library": { "ClusterId": "library", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-only-for", "Values": [ "others" ] } ] } },
                  "books": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
                  "sort": { "ClusterId": "sort", "Match": { "Path": "/sort" } },
                  "cat": { "ClusterId": "cat", "Match": { "Path": "/cat" } },
                  "sleep": { "ClusterId": "sleep", "Match": { "Path": "/sleep" } },
                  "exit": { "ClusterId": "exit", "Match": { "Path": "/exit" } },
                  "socket": { "ClusterId": "socket", "Match": { "Path": "/socket" } },
                  "ticks": { "ClusterId": "socket", "Match": { "Path": "/ticks" }, "Transforms": [ { "QueryValueParameter": "do", "Set": "send" }, { "QueryValueParameter": "n", "Set": "2" } ] },
                  "http-only": { "ClusterId": "cat", "Match": { "Path": "/http" }, "Edges": [ "http" ] } },
                "Clusters": {
                  "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{Library.Address}}" } } },
                  "socket": { "Protocol": "websocket", "Destinations": { "a": { "Address": "{{_sockets.Address}}" } } },
                  "sort": { "Protocol": "stdio", "Process": { "Command": "sort" } },
                  "cat": { "Protocol": "stdio", "Process": { "Command": "cat" } },
                  "sleep": { "Protocol": "stdio", "Process": { "Command": "sleep", "Arguments": [ "1000" ], "Stop": { "Grace": "00:00:00.2" } } },
                  "exit": { "Protocol": "stdio", "Process": { "Command": "sh", "Arguments": [ "-c", "echo one; exit 77" ] } } } } }
            """);
    }

    public async Task DisposeAsync()
    {
        await _library!.DisposeAsync();
        await _sockets!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
