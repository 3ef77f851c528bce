using Gateway.DocTests.Markdown;

namespace Gateway.DocTests.Running;

/// <summary>Runs every console block of a document in order and compares what is printed with what is shown.</summary>
internal static class DocumentRun
{
    public static async Task RunAsync(string path)
    {
        var document = MarkdownFile.Read(Path.Combine(Repository.Root, path));
        using var ports = await FixedPorts.TakeAsync();
        using var shell = new Shell();
        var servers = new Stack<BackgroundCommand>();
        try
        {
            foreach (var block in document.Blocks.Where(static block => block.IsConsole && !block.IsNotRun))
            {
                var steps = ConsoleStep.Parse(path, block);
                if (block.Background is { Count: > 0 } addresses)
                {
                    Assert.True(steps.Count == 1, $"{path}:{block.Line}: a background block has one command");
                    servers.Push(await BackgroundCommand.StartAsync(shell, steps[0].Command, addresses));
                    continue;
                }

                foreach (var step in steps)
                {
                    var output = await shell.RunAsync(step.Command);
                    Assert.True(OutputPattern.Matches(step.Expected, output), $"""
                        {path}:{step.Line}: $ {step.Command}
                        shown:
                        {string.Join('\n', step.Expected)}
                        printed:
                        {output}
                        servers:
                        {string.Join('\n', servers.Select(static server => server.Output))}
                        """);
                }
            }
        }
        finally
        {
            while (servers.TryPop(out var server))
            {
                await server.DisposeAsync();
            }
        }
    }
}
