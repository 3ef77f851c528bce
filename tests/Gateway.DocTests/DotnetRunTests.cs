using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>The real `dotnet run`, which the other tests stand in for.</summary>
public sealed class DotnetRunTests
{
    [Theory]
    [InlineData("src/Gateway", "check config/gateway.json", "route sort → cluster sort (stdio)")]
    [InlineData("samples/Demo", "--print-only", "http://127.0.0.1:8080")]
    [InlineData("samples/Clients", "--help", "clients ws")]
    public async Task PathsAreThoseOfWhereItWasTyped(string project, string arguments, string expect)
    {
        using var shell = new Shell();
        var output = await shell.RunAsync($"{Repository.Dotnet} run --no-build --configuration {Repository.Configuration} --project {project} -- {arguments}");
        Assert.Contains(expect, output, StringComparison.Ordinal);
    }
}
