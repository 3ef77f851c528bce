namespace Gateway.DocTests.Markdown;

public sealed class MarkdownFileTests
{
    [Fact]
    public void Markers_BelongToTheNextBlockOnly()
    {
        var file = MarkdownFile.Parse("a.md", """
            <!-- background: 127.0.0.1:1 127.0.0.1:2 -->

            ```console
            $ serve
            ```
            text
            <!-- config: route -->
            words in between

            ```jsonc
            {}
            ```
            <!-- not run: it is slow -->
            ```console
            $ one
            > two
            1
            $ three
            ```
            """.Split('\n'));

        Assert.Equal(["127.0.0.1:1", "127.0.0.1:2"], file.Blocks[0].Background);
        Assert.False(file.Blocks[1].IsConfig);
        Assert.True(file.Blocks[2].IsNotRun);
        var steps = ConsoleStep.Parse("a.md", file.Blocks[2]);
        Assert.Equal(("one\ntwo", "three"), (steps[0].Command, steps[1].Command));
        Assert.Equal(["1"], steps[0].Expected);
    }
}
