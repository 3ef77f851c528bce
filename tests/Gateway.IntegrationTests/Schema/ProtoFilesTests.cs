using System.IO.Compression;
using System.Net;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Schema;

/// <summary>A schema from sources, from packed sets and from directories.</summary>
public sealed class ProtoFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("protos-").FullName;

    private static string Sources => Path.Combine(DocTests.Running.Repository.Root, "samples", "Library", "protos");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("\"ProtoFiles\": [ \"SOURCES\" ]")]
    [InlineData("\"ProtoFiles\": [ \"SOURCES/**/*.proto\" ]")]
    [InlineData("\"ProtoFiles\": [ \"SOURCES/**/*.proto\" ], \"ImportPaths\": [ \"SOURCES\" ]")]
    public async Task Sources_ServeRest(string schema)
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library.Address.ToString(), schema.Replace("SOURCES", Sources, StringComparison.Ordinal)));

        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books?pageSize=1");

        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Contains("\"books\"", body);
    }

    [Fact]
    public async Task DirectoryWithAPackedSet_ServesRest()
    {
        using (var packed = new GZipStream(File.Create(Path.Combine(_directory, "library.binpb.gz")), CompressionLevel.Fastest))
        {
            packed.Write(File.ReadAllBytes(Protos.Library));
        }

        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library.Address.ToString(), $"\"DescriptorSets\": [ \"{_directory}\" ]"));

        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books?pageSize=1");

        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
    }

    [Fact]
    public async Task Mistakes_AreToldWithFileLineAndColumn()
    {
        File.WriteAllText(Path.Combine(_directory, "a.proto"), "syntax = \"proto3\";\nimport \"gone.proto\";\n");
        File.WriteAllText(Path.Combine(_directory, "b.proto"), "syntax = \"proto3\";\nmessage B {\n  strin s = 1\n}\n");

        var refusal = await Assert.ThrowsAsync<GatewayConfigException>(() => RunningGateway.StartAsync(Configuration("http://127.0.0.1:1", $"\"ProtoFiles\": [ \"{_directory}\" ]")));

        Assert.Equal(2, refusal.Problems.Count);
        Assert.Contains(refusal.Problems, p => p.ToString().EndsWith($"ReverseProxy:Clusters:library:Schema:ProtoFiles: a.proto(2,8): 'gone.proto' is in none of the import paths: {_directory}.", StringComparison.Ordinal));
        Assert.Contains(refusal.Problems, p => p.ToString().EndsWith("b.proto(4,1): '}' where ';' would be right.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task JsonImage_IsRefusedWithWhatWouldBeRight()
    {
        var image = Path.Combine(_directory, "image.binpb");
        File.WriteAllText(image, "{\"file\":[]}");

        var refusal = await Assert.ThrowsAsync<GatewayConfigException>(() => RunningGateway.StartAsync(Configuration("http://127.0.0.1:1", $"\"DescriptorSets\": [ \"{image}\" ]")));

        Assert.Contains("it is JSON; a binary set would be right", Assert.Single(refusal.Problems).ToString());
    }

    private static string Configuration(string address, string schema) => $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } } },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { {{schema}} }, "Destinations": { "a": { "Address": "{{address}}" } } } }
        } }
        """;
}
