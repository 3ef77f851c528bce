using Gateway.Telemetry;

namespace Gateway.Tests.Telemetry;

public sealed class CallRegistryTests
{
    private static readonly CallLabels Labels = new("library", "http", "grpc");

    [Fact]
    public void CallsThatHaveEnded_AreNotListed()
    {
        var registry = new CallRegistry();
        var first = registry.Add(Labels, "a", "d", null, 1, null);
        var second = registry.Add(Labels, "b", "d", null, 2, null);
        var third = registry.Add(Labels, "c", "d", null, 3, null);

        registry.Remove(second);
        registry.Remove(second);

        Assert.Equal(2, registry.Count);
        Assert.Equal([first, third], registry.Oldest(10));
        registry.Remove(third);
        registry.Remove(first);
        Assert.Equal(0, registry.Count);
        Assert.Empty(registry.Oldest(10));
    }

    [Fact]
    public void TheOldest_ComeFirstAndNoMoreThanAsked()
    {
        var registry = new CallRegistry();
        Parallel.For(0, 500, i => registry.Add(Labels, "m", "d", null, i, null));

        Assert.Equal(500, registry.Count);
        Assert.Equal([0, 1, 2], registry.Oldest(3).Select(c => c.Started));
    }

    [Fact]
    public void EntriesAddedAndRemovedFromManyThreads_LeaveNothing()
    {
        var registry = new CallRegistry();
        Parallel.For(0, 20_000, i =>
        {
            var mine = registry.Add(Labels, "m", "d", null, i, null);
            var other = registry.Add(Labels, "m", "d", null, i, null);
            registry.Oldest(2);
            registry.Remove(mine);
            registry.Remove(other);
        });

        Assert.Equal(0, registry.Count);
        Assert.Empty(registry.Oldest(1));
    }
}
