using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>config/gateway.json runs as it is, and the commands in its comments work.</summary>
[Collection(nameof(FixedPorts))]
public sealed class DefaultConfigurationTests
{
    private const string Prompt = "//   curl ";

    [NeedsFact("curl", "sort", "cat")]
    public async Task TheDefaultFile_ServesWhatItsCommentsSay()
    {
        var commands = File.ReadLines(Path.Combine(Repository.Root, "config/gateway.json"))
            .Where(static line => line.TrimStart().StartsWith(Prompt, StringComparison.Ordinal))
            .Select(static line => "curl -sN " + line.TrimStart()[Prompt.Length..])
            .ToList();
        using var ports = await FixedPorts.TakeAsync();
        using var shell = new Shell();
        await using var gateway = await BackgroundCommand.StartAsync(shell, "dotnet run --project src/Gateway", ["127.0.0.1:8080", "127.0.0.1:8081"]);

        Assert.Equal(2, commands.Count);
        Assert.Equal("apple\npear\n", await shell.RunAsync(commands[0]));
        Assert.Matches("^retry: 3000\n\nid: \\w+\\.1\ndata: apple\n\nid: \\w+\\.2\ndata: pear\n\nid: \\w+\\.end\nevent: end\n", await shell.RunAsync(commands[1]));
        Assert.Contains("ready", await shell.RunAsync("dotnet run --project src/Gateway -- health"), StringComparison.Ordinal);
        Assert.Equal("hello\nclosed 1000\n", await shell.RunAsync("dotnet run --project samples/Clients -- ws -n 1 ws://127.0.0.1:8080/echo hello"));
    }
}
