namespace Transcoders.Tests.HttpRules;

/// <summary>Counts what a piece of work allocates.</summary>
internal static class Allocations
{
    /// <summary>Asserts that the work allocates nothing once it has run before.</summary>
    public static void AssertNone(Action work)
    {
        // Pools fill and the runtime compiles anew now and then, on our thread: work that allocates does so in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 20 && least != 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
            {
                work();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
