using System.Diagnostics;
using System.Numerics;

namespace Gateway.Bench.Driver;

/// <summary>Latencies in buckets no wider than a 32nd of their value. One writer; add the histograms of many to read them.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private readonly long[] _buckets = new long[64 << SubBits];

    public void Record(long startTimestamp) =>
        _buckets[Index((ulong)Stopwatch.GetElapsedTime(startTimestamp).Ticks * 100)]++;

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }
    }

    /// <summary>The latency that the given part of all is below, in microseconds; NaN for none recorded.</summary>
    public double Percentile(double part)
    {
        var left = (long)Math.Ceiling(_buckets.Sum() * part);
        for (var i = 0; left > 0 && i < _buckets.Length; i++)
        {
            left -= _buckets[i];
            if (left <= 0)
            {
                return Middle(i) / 1000.0;
            }
        }

        return double.NaN;
    }

    private static int Index(ulong nanoseconds)
    {
        var bits = 63 - BitOperations.LeadingZeroCount(nanoseconds | (1UL << SubBits));
        return ((bits - SubBits) << SubBits) + (int)(nanoseconds >> (bits - SubBits));
    }

    private static double Middle(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        return ((index - (shift << SubBits)) + 0.5) * Math.Pow(2, shift);
    }
}
