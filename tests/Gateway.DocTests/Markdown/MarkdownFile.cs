namespace Gateway.DocTests.Markdown;

/// <summary>A document, cut into its fenced blocks.</summary>
internal sealed record MarkdownFile(string Path, IReadOnlyList<FencedBlock> Blocks)
{
    private const string Fence = "```";

    public static MarkdownFile Read(string path) => Parse(path, File.ReadAllLines(path));

    public static MarkdownFile Parse(string path, IReadOnlyList<string> lines)
    {
        var blocks = new List<FencedBlock>();
        var marker = "";
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i].TrimEnd();
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                var start = i++;
                var content = new List<string>();
                for (; i < lines.Count && lines[i].TrimEnd() != Fence; i++)
                {
                    content.Add(lines[i]);
                }

                Assert.True(i < lines.Count, $"{path}:{start + 1}: this fence is never closed");
                blocks.Add(new FencedBlock(line[Fence.Length..].Trim(), marker, start + 1, content));
                marker = "";
            }
            else if (line.StartsWith("<!--", StringComparison.Ordinal) && line.EndsWith("-->", StringComparison.Ordinal))
            {
                marker = line[4..^3].Trim();
            }
            else if (line.Length > 0)
            {
                marker = "";
            }
        }

        return new MarkdownFile(path, blocks);
    }
}
