using System.Text.Json;
using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>Every command the demo prints works as printed.</summary>
[Collection(nameof(FixedPorts))]
public sealed class DemoCommandTests
{
    private const string Demo = "dotnet run --project samples/Demo";

    [NeedsFact("curl")]
    public async Task EveryPrintedCommand_PrintsWhatItPromises()
    {
        using var ports = await FixedPorts.TakeAsync();
        using var shell = new Shell();
        var listed = await shell.RunAsync($"{Demo} -- --json --print-only");
        using var commands = JsonDocument.Parse(listed);
        await using var demo = await BackgroundCommand.StartAsync(shell, Demo, ["127.0.0.1:8080", "127.0.0.1:8081"]);

        var failures = new List<string>();
        foreach (var entry in commands.RootElement.EnumerateArray())
        {
            var command = entry.GetProperty("command").GetString()!;
            var expect = entry.GetProperty("expect").GetString()!;
            var output = await shell.RunAsync(command);
            if (!output.Contains(expect, StringComparison.Ordinal))
            {
                failures.Add($"$ {command}\nexpected somewhere: {expect}\nprinted: {output}");
            }
        }

        Assert.True(commands.RootElement.GetArrayLength() > 0, "the demo printed no command");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures) + "\n\ndemo:\n" + demo.Output);
    }
}
