using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Bench.Driver;

/// <summary>The results as a table for people and as JSON for programs.</summary>
internal static class LoadReport
{
    /// <param name="loadBefore">The load average when the run began: far above zero, and the figures say little.</param>
    public static string ToMarkdown(IReadOnlyList<RowResult> results, IReadOnlyDictionary<string, long> memory, double loadBefore)
    {
        var text = new StringBuilder();
        text.Append("CPU is the contender's own process, per unit; the rate is what all processes reach together on this machine.\n");
        text.Append(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors; load average before the run: {loadBefore:0.0}.\n\n");
        text.Append("| row | contender | unit | rate /s | CPU µs | allocated B | p50 µs | p99 µs | CPU ratio | target |\n");
        text.Append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var result in results)
        {
            foreach (var (name, sample) in result.Medians)
            {
                var ours = name == "gateway";
                text.Append(CultureInfo.InvariantCulture, $"| {result.Row.Title} | {name} | {result.Row.Unit} | {sample.Rate:N0} | {sample.CpuMicroseconds:N2} | ");
                text.Append(CultureInfo.InvariantCulture, $"{sample.AllocatedBytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "–"} | {sample.P50:N0} | {sample.P99:N0} | ");
                text.Append(ours && result.Ratio is { } ratio ? ratio.ToString("0.00×", CultureInfo.InvariantCulture) : "");
                text.Append(" | ");
                text.Append(ours && result.Row.Target is { } target ? string.Create(CultureInfo.InvariantCulture, $"≤ {target:0.##}×{(result.MeetsTarget ? "" : " missed")}") : "");
                text.Append(" |\n");
            }
        }

        text.Append("\n| process | peak memory MB |\n|---|--:|\n");
        foreach (var (name, bytes) in memory)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {bytes / 1048576.0:N0} |\n");
        }

        return text.ToString();
    }

    public static string ToJson(IReadOnlyList<RowResult> results, IReadOnlyDictionary<string, long> memory)
    {
        var rows = new JsonArray();
        foreach (var result in results)
        {
            var contenders = new JsonObject();
            foreach (var (name, sample) in result.Medians)
            {
                contenders[name] = new JsonObject
                {
                    ["rate"] = Math.Round(sample.Rate, 1),
                    ["cpuMicroseconds"] = Math.Round(sample.CpuMicroseconds, 3),
                    ["allocatedBytes"] = sample.AllocatedBytes is { } bytes ? Math.Round(bytes, 1) : null,
                    ["p50Microseconds"] = Math.Round(sample.P50, 1),
                    ["p99Microseconds"] = Math.Round(sample.P99, 1),
                };
            }

            rows.Add(new JsonObject
            {
                ["id"] = result.Row.Id,
                ["unit"] = result.Row.Unit,
                ["clients"] = result.Row.Clients,
                ["baseline"] = result.Row.Baseline,
                ["cpuRatio"] = result.Ratio is { } ratio ? Math.Round(ratio, 3) : null,
                ["target"] = result.Row.Target,
                ["contenders"] = contenders,
            });
        }

        var peak = new JsonObject();
        foreach (var (name, bytes) in memory)
        {
            peak[name] = bytes;
        }

        return new JsonObject { ["rows"] = rows, ["peakMemoryBytes"] = peak }.ToJsonString(new() { WriteIndented = true }) + "\n";
    }
}
