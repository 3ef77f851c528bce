using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>The Library sample and a file that names it, for commands that are processes of their own.</summary>
public sealed class StdioFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-stdio-").FullName;
    private LibraryServer? _library;

    public string File => Path.Combine(_directory, "gateway.json");

    internal LibraryServer Library => _library!;

    public async Task InitializeAsync()
    {
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await System.IO.File.WriteAllTextAsync(File, $$"""
            { "ReverseProxy": {
                "Routes": {
                  "library": { "ClusterId": "library", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-only-for", "Values": [ "others" ] } ] } },
                  "books": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
                  "sort": { "ClusterId": "sort", "Match": { "Path": "/sort" } },
                  "cat": { "ClusterId": "cat", "Match": { "Path": "/cat" } },
                  "sleep": { "ClusterId": "sleep", "Match": { "Path": "/sleep" } },
                  "exit": { "ClusterId": "exit", "Match": { "Path": "/exit" } },
                  "http-only": { "ClusterId": "cat", "Match": { "Path": "/http" }, "Edges": [ "http" ] } },
                "Clusters": {
                  "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{Library.Address}}" } } },
                  "sort": { "Protocol": "stdio", "Process": { "Command": "sort" } },
                  "cat": { "Protocol": "stdio", "Process": { "Command": "cat" } },
                  "sleep": { "Protocol": "stdio", "Process": { "Command": "sleep", "Arguments": [ "1000" ] } },
                  "exit": { "Protocol": "stdio", "Process": { "Command": "sh", "Arguments": [ "-c", "echo one; exit 77" ] } } } } }
            """);
    }

    public async Task DisposeAsync()
    {
        await _library!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
