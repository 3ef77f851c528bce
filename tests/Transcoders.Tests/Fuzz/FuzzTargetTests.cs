using Transcoders.Fuzz;

namespace Transcoders.Tests.Fuzz;

public sealed class FuzzTargetTests
{
    public static TheoryData<string> Targets { get; } = [.. FuzzTargets.All.Select(t => t.Name)];

    /// <summary>A short run of every target, the same each time; the console program runs longer ones.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutations_AreRefusedOrUnderstood(string name)
    {
        var target = FuzzTargets.All.Single(t => t.Name == name);

        var (finding, tried, accepted) = FuzzRunner.Run(target, mutationsPerFile: 300, seed: 1);

        Assert.True(finding is null, finding?.ToString());
        Assert.InRange(accepted, 1, tried);
    }
}
