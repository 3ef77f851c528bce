namespace Gateway.DocTests.Markdown;

/// <summary>One command of a console block, and the lines it prints.</summary>
/// <param name="Line">The line of the document it stands on.</param>
/// <param name="Command">As a shell takes it; `> ` lines are the rest of it.</param>
/// <param name="Expected">What stands below it.</param>
internal sealed record ConsoleStep(int Line, string Command, IReadOnlyList<string> Expected)
{
    private const string Prompt = "$ ";
    private const string More = "> ";

    public static IReadOnlyList<ConsoleStep> Parse(string path, FencedBlock block)
    {
        var steps = new List<ConsoleStep>();
        for (var i = 0; i < block.Lines.Count;)
        {
            var line = block.Line + 1 + i;
            Assert.True(block.Lines[i].StartsWith(Prompt, StringComparison.Ordinal), $"{path}:{line}: a console block begins with '$ command'");
            var command = block.Lines[i++][Prompt.Length..];
            for (; i < block.Lines.Count && block.Lines[i].StartsWith(More, StringComparison.Ordinal); i++)
            {
                command += "\n" + block.Lines[i][More.Length..];
            }

            var expected = new List<string>();
            for (; i < block.Lines.Count && !block.Lines[i].StartsWith(Prompt, StringComparison.Ordinal); i++)
            {
                expected.Add(block.Lines[i]);
            }

            steps.Add(new ConsoleStep(line, command, expected));
        }

        return steps;
    }
}
