using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.Payloads;

/// <summary>
/// The ratios between plans and floors in a few seconds: the contestants take turns in short rounds and the best round of
/// each counts, so that a neighbour's load on the machine disturbs all of them alike.
/// </summary>
internal static class PayloadQuickTable
{
    private const int Rounds = 150;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(1500);

    /// <summary>Prints the rows named, or all of them.</summary>
    public static void Print(TextWriter output, IReadOnlyList<string> names)
    {
        output.WriteLine("| sample | JSON, B | protobuf, B | JSON → protobuf, ns | × scan | × scan that takes text | protobuf → JSON, ns | × write | × Google to protobuf | × Google to JSON | allocated, B |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var name in names.Count == 0 ? PayloadSamples.All.Keys : names)
        {
            var sample = new PayloadCase(name);
            var best = Race(
                sample.PlanToWire, sample.ReaderFloor, sample.TakingFloor, sample.PlanToJson, sample.WriterFloor, sample.GoogleToWire, sample.GoogleToJson);
            var allocated = Allocated(sample);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {sample.Json.Length} | {sample.Wire.Length} | {best[0]:F0} | {best[0] / best[1]:F2} | {best[0] / best[2]:F2} | {best[3]:F0} | {best[3] / best[4]:F2} | {best[0] / best[5]:F2} | {best[3] / best[6]:F2} | {allocated} |"));
        }
    }

    /// <summary>Bytes that a conversion there and back allocates. The runtime compiles on our thread now and then: what allocates does so in every round.</summary>
    private static long Allocated(PayloadCase sample)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
            {
                sample.PlanToWire();
                sample.PlanToJson();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (least + 9) / 10;
    }

    private static double[] Race(params Func<int>[] contestants)
    {
        var best = new double[contestants.Length];
        Array.Fill(best, double.MaxValue);
        var sink = 0;

        // The runtime compiles hot methods a second time, in the background: wait for it before anything counts.
        var warm = Stopwatch.StartNew();
        while (warm.Elapsed < WarmUp)
        {
            foreach (var contestant in contestants)
            {
                sink += contestant();
            }
        }

        // Long calls one by one, so that a round is about as long for all; the clock is read between batches only.
        var once = Stopwatch.StartNew();
        sink += contestants[0]();
        var batch = once.Elapsed * 8 < Round ? 8 : 1;
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < contestants.Length; i++)
            {
                var watch = Stopwatch.StartNew();
                var calls = 0;
                do
                {
                    for (var j = 0; j < batch; j++)
                    {
                        sink += contestants[i]();
                    }

                    calls += batch;
                }
                while (watch.Elapsed < Round);
                best[i] = Math.Min(best[i], watch.Elapsed.TotalNanoseconds / calls);
            }
        }

        GC.KeepAlive(sink);
        return best;
    }
}
