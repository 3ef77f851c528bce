using Gateway.DocTests.Markdown;
using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>Every command the documents show is run and prints what they show.</summary>
/// <remarks>One after the other: the documents use the ports they print.</remarks>
[Collection(nameof(FixedPorts))]
public sealed class DocumentTests
{
    private static readonly string[] Run = ["README.md", "docs/tutorials/etcd.md", "docs/tutorials/tools.md", "docs/protocols.md", "docs/descriptions.md", "samples/Chat/README.md"];

    [NeedsFact("curl")]
    public Task Readme_PrintsWhatItShows() => DocumentRun.RunAsync("README.md");

    [NeedsFact("curl", "etcd", "base64")]
    public Task EtcdTutorial_PrintsWhatItShows() => DocumentRun.RunAsync("docs/tutorials/etcd.md");

    [NeedsFact("curl", "jq", "bc")]
    public Task ToolsTutorial_PrintsWhatItShows() => DocumentRun.RunAsync("docs/tutorials/tools.md");

    [NeedsFact("curl")]
    public Task Protocols_PrintsWhatItShows() => DocumentRun.RunAsync("docs/protocols.md");

    [NeedsFact("curl")]
    public Task Descriptions_PrintsWhatItShows() => DocumentRun.RunAsync("docs/descriptions.md");

    [NeedsFact("curl")]
    public Task Chat_PrintsWhatItShows() => DocumentRun.RunAsync("samples/Chat/README.md");

    [Fact]
    public void EveryDocumentWithCommands_IsRun()
    {
        var missed = from path in Repository.Documents()
                     where !Run.Contains(path)
                     from block in MarkdownFile.Read(Path.Combine(Repository.Root, path)).Blocks
                     where block.IsConsole && !block.IsNotRun
                     select $"{path}:{block.Line}";
        Assert.Empty(missed);
    }

    [Fact]
    public void EveryBlockOfCommands_IsRunOrSaysWhyNot()
    {
        var silent = from path in Repository.Documents()
                     from block in MarkdownFile.Read(Path.Combine(Repository.Root, path)).Blocks
                     where block.Language is "sh" or "bash" or "shell" && !block.IsNotRun
                     select $"{path}:{block.Line}: write ```console, or <!-- not run: why -->";
        Assert.Empty(silent);
    }
}

/// <summary>Tests that listen where the documents say: never two at once.</summary>
[CollectionDefinition(nameof(FixedPorts), DisableParallelization = true)]
public sealed class FixedPortsTests;
