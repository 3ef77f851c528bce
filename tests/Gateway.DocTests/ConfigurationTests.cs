using System.Text;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.DocTests.Markdown;
using Gateway.DocTests.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.DocTests;

/// <summary>Every configuration in the repository, whole or in part, is one the gateway would serve.</summary>
public sealed class ConfigurationTests
{
    public static TheoryData<string> Documents => [.. Repository.Documents()];

    public static TheoryData<string> Files =>
        ["config/gateway.json", "docs/tutorials/etcd/gateway.json", "docs/tutorials/tools/gateway.json"];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task ConfigurationsInADocument_AreServed(string path)
    {
        var failures = new List<string>();
        foreach (var block in MarkdownFile.Read(Path.Combine(Repository.Root, path)).Blocks.Where(static block => block.IsConfig))
        {
            // Relative paths in an example are those of config/, where a reader's own file would be.
            var problems = await ProblemsAsync(Path.Combine(Repository.Root, "config/example.json"), Whole(block));
            failures.AddRange(problems.Select(problem => $"{path}:{block.Line}: {problem}"));
        }

        Assert.Empty(failures);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task ConfigurationFile_IsServed(string path)
    {
        var file = Path.Combine(Repository.Root, path);
        Assert.Empty(await ProblemsAsync(file, await File.ReadAllTextAsync(file)));
    }

    [Fact]
    public void EveryJsonBlockWithTheKeysOfAFile_IsMarkedAsConfiguration()
    {
        var unmarked = from path in Repository.Documents()
                       from block in MarkdownFile.Read(Path.Combine(Repository.Root, path)).Blocks
                       where block.IsJson && !block.IsConfig && (block.Text.Contains("\"ReverseProxy\"") || block.Text.Contains("\"Clusters\""))
                       select $"{path}:{block.Line}: write <!-- config --> above it";
        Assert.Empty(unmarked);
    }

    private static string Whole(FencedBlock block) => block.ConfigPart switch
    {
        "" => block.Text,
        "route" => $$"""
            { "ReverseProxy": {
                "Routes": { "example": { "ClusterId": "library", "Match": { "Path": "/{**path}" },
            {{block.Text}} } },
                "Clusters": { "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "protos/library.binpb" ] },
                  "Destinations": { "a": { "Address": "http://127.0.0.1:50051" } } } } } }
            """,
        "cluster" => $$"""
            { "ReverseProxy": {
                "Routes": { "example": { "ClusterId": "example", "Match": { "Path": "/{**path}" } } },
                "Clusters": { "example": {
            {{block.Text}} } } } }
            """,
        var other => throw new InvalidOperationException($"'{other}' is no part of a configuration; route and cluster are."),
    };

    private static async Task<IReadOnlyList<string>> ProblemsAsync(string file, string json)
    {
        var (config, problems) = GatewayConfigReader.Read(file, Encoding.UTF8.GetBytes(json), new Dictionary<string, string>());
        if (config is not null)
        {
            await using var processes = new ProcessTable();
            (_, problems) = await Protocols.Compiler(processes, TimeProvider.System, NullLoggerFactory.Instance, new Gateway.Model.SchemaPins(null, isReadOnly: true, NullLogger<Gateway.Model.SchemaPins>.Instance))
                .CompileAsync(config, null, CancellationToken.None);
        }

        return [.. problems.Select(static problem => problem.ToString())];
    }
}
