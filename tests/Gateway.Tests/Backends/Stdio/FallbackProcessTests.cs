using System.Text;
using Gateway.Backends.Stdio;
using Transcoders.Stdio;
using static Gateway.Tests.Backends.Stdio.StdioHarness;

namespace Gateway.Tests.Backends.Stdio;

/// <summary>The way children are started where there is no posix_spawn of ours; it runs on Linux too, which is where it is tested.</summary>
public sealed class FallbackProcessTests
{
    [Fact]
    public async Task Child_EchoesAndExits()
    {
        using var child = Start(Plan("cat; exit 3"), []);
        await child.Input.WriteAsync("hello\n"u8.ToArray());
        child.Input.Dispose();
        using var reader = new StreamReader(child.Output, Encoding.UTF8);
        Assert.Equal("hello\n", await reader.ReadToEndAsync().WaitAsync(Patience));
        Assert.Equal(ProcessExit.WithCode(3), await child.Exited.WaitAsync(Patience));
        child.Reap();
    }

    [Fact]
    public async Task Environment_IsOnlyWhatIsConfigured()
    {
        using var child = Start(Plan("env | grep -v -e PWD -e SHLVL -e ^_="), [new("CALL", "1")]);
        using var reader = new StreamReader(child.Output, Encoding.UTF8);
        var lines = (await reader.ReadToEndAsync().WaitAsync(Patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["CALL=1", "PATH=/usr/bin:/bin"], lines.Order(StringComparer.Ordinal));
        await child.Exited.WaitAsync(Patience);
    }

    [Fact]
    public async Task StubbornChild_IsKilledByTheLadder()
    {
        using var child = Start(Plan("trap '' TERM; exec sleep 1000000"), []);
        Assert.True(await TerminationLadder.RunAsync(child, TimeSpan.Zero, TimeProvider.System).WaitAsync(Patience));
        Assert.False((await child.Exited).IsSuccess);
    }

    [Fact]
    public void MissingFile_IsASpawnException()
    {
        var plan = new ProcessPlan { Command = "/no/such/tool", Arguments = ["x"], Environment = [], WorkingDirectory = "/" };
        Assert.Throws<SpawnException>(() => Start(plan, []));
    }

    private static FallbackProcess Start(ProcessPlan plan, KeyValuePair<string, string>[] variables) => FallbackProcess.Start(plan, plan.Arguments, variables);

    private static ProcessPlan Plan(string script) => new()
    {
        Command = "/bin/sh",
        Arguments = ["sh", "-c", script],
        Environment = [new("PATH", "/usr/bin:/bin")],
        WorkingDirectory = "/",
    };
}
