using System.Diagnostics;

namespace Gateway.Bench.Driver;

/// <summary>What one measurement of one contender gave.</summary>
/// <param name="Rate">Units a second.</param>
/// <param name="CpuMicroseconds">CPU time of the contender's own process for one unit.</param>
/// <param name="AllocatedBytes">Bytes on its managed heap for one unit; null when it does not say.</param>
/// <param name="P50">Latency of a call, microseconds.</param>
/// <param name="P99">Latency of a call, microseconds.</param>
internal sealed record Sample(double Rate, double CpuMicroseconds, double? AllocatedBytes, double P50, double P99);

/// <summary>Runs a row: a warm-up of each contender, then rounds in which each has its turn.</summary>
internal static class RowRunner
{
    public static async Task<RowResult> RunAsync(LoadRow row, LoadOptions options)
    {
        var clients = row.Contenders.ToDictionary(
            contender => contender,
            contender => Enumerable.Range(0, row.Clients).Select(_ => contender.Connect()).ToArray());
        var samples = row.Contenders.ToDictionary(contender => contender.Name, _ => new List<Sample>());
        try
        {
            foreach (var contender in row.Contenders)
            {
                await WarmUpAsync(contender, clients[contender], options.Warmup);
            }

            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var contender in row.Contenders)
                {
                    samples[contender.Name].Add(await MeasureAsync(contender, clients[contender], options.Measurement));
                }
            }
        }
        finally
        {
            foreach (var client in clients.Values.SelectMany(of => of))
            {
                await client.DisposeAsync();
            }
        }

        return new RowResult(row, samples.ToDictionary(of => of.Key, of => Medians(of.Value)));
    }

    /// <summary>Runs until the compiler has done its work: as long as a slice is clearly cheaper than the one before it, with a bound.</summary>
    private static async Task WarmUpAsync(Contender contender, ILoad[] clients, TimeSpan length)
    {
        const double StillFalling = 0.95;
        const int MostSlices = 12;
        var before = await MeasureAsync(contender, clients, length / 2);
        for (var slice = 1; slice < MostSlices; slice++)
        {
            var now = await MeasureAsync(contender, clients, length / 2);
            if (now.CpuMicroseconds > before.CpuMicroseconds * StillFalling)
            {
                return;
            }

            before = now;
        }
    }

    private static async Task<Sample> MeasureAsync(Contender contender, ILoad[] clients, TimeSpan length)
    {
        var histograms = clients.Select(_ => new LatencyHistogram()).ToArray();
        var allocatedBefore = await contender.Server.AllocatedAsync();
        var cpuBefore = contender.Server.Cpu;
        var start = Stopwatch.GetTimestamp();
        var until = start + (long)(length.TotalSeconds * Stopwatch.Frequency);

        var counts = await Task.WhenAll(clients.Select((client, i) => Task.Run(() => CallUntilAsync(client, until, histograms[i]))));

        var elapsed = Stopwatch.GetElapsedTime(start);
        var cpu = contender.Server.Cpu - cpuBefore;
        var allocated = await contender.Server.AllocatedAsync() - allocatedBefore;
        double units = counts.Sum();
        var all = new LatencyHistogram();
        foreach (var histogram in histograms)
        {
            all.Add(histogram);
        }

        return new Sample(units / elapsed.TotalSeconds, cpu.TotalMicroseconds / units, allocated / units, all.Percentile(0.5), all.Percentile(0.99));
    }

    private static async Task<long> CallUntilAsync(ILoad client, long until, LatencyHistogram histogram)
    {
        long units = 0;
        for (long start; (start = Stopwatch.GetTimestamp()) < until;)
        {
            units += await client.CallAsync(CancellationToken.None);
            histogram.Record(start);
        }

        return units;
    }

    private static Sample Medians(List<Sample> samples) => new(
        Median(samples, sample => sample.Rate),
        Median(samples, sample => sample.CpuMicroseconds),
        samples.TrueForAll(sample => sample.AllocatedBytes is not null) ? Median(samples, sample => sample.AllocatedBytes!.Value) : null,
        Median(samples, sample => sample.P50),
        Median(samples, sample => sample.P99));

    private static double Median(List<Sample> samples, Func<Sample, double> of)
    {
        var sorted = samples.Select(of).Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
