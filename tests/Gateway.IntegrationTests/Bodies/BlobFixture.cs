using Gateway.IntegrationTests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>A gateway before a <see cref="BlobServer"/>. Its clock stands still until a test moves it.</summary>
public sealed class BlobFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("blobs-").FullName;
    private BlobServer? _server;
    private RunningGateway? _gateway;

    internal BlobServer Server => _server!;

    internal RunningGateway Gateway => _gateway!;

    internal FakeTimeProvider Clock { get; } = new();

    internal string Schema => Path.Combine(_directory, "blob.binpb");

    public async Task InitializeAsync()
    {
        _server = await BlobServer.StartAsync();
        await File.WriteAllBytesAsync(Schema, BlobServer.Schema);
        _gateway = await RunningGateway.StartAsync(Configuration(Schema, _server.Address), options => options with { Clock = Clock });
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _server!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <param name="schema">Where the schema is.</param>
    /// <param name="address">Where the server is.</param>
    /// <param name="more">More sections of the file, each with a comma behind it.</param>
    internal static string Configuration(string schema, string address, string more = "") => $$"""
        { {{more}} "ReverseProxy": {
            "Routes": {
              "bare": { "ClusterId": "blobs", "Match": { "Path": "/bare/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/bare" } ], "Options": { "Http": { "Stream": "ndjson-bare" } } },
              "aip":  { "ClusterId": "blobs", "Match": { "Path": "/aip/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/aip" } ], "Options": { "Http": { "ErrorFormat": "aip-193" } } },
              "lines": { "ClusterId": "blobs", "Match": { "Path": "/lines/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/lines" } ], "Options": { "Http": { "Stream": "grpc-gateway" } } },
              "status": { "ClusterId": "blobs", "Match": { "Path": "/status/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/status" } ], "Options": { "Http": { "Stream": "aspnet" } } },
              "capped": { "ClusterId": "blobs", "Match": { "Path": "/capped/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/capped" } ], "MaxRequestBodySize": 100000 },
              "all":  { "ClusterId": "blobs", "Order": 1, "Match": { "Path": "/{**path}" } } },
            "Clusters": { "blobs": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{schema}}" ] }, "Destinations": { "a": { "Address": "{{address}}" } } } } } }
        """;
}
