using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Bench.Driver.Cells;

/// <summary>The figures of the cells as a page for people and as JSON for programs.</summary>
internal static class CellsReport
{
    public static string ToMarkdown(IReadOnlyList<CellResult> results, IReadOnlyList<IdleResult> idle, bool hasWebsocketd, double loadBefore)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Processor()}, {Environment.ProcessorCount} processors for everything, {RuntimeInformation.FrameworkDescription}; load average before the run {loadBefore:0.0}. ");
        text.Append("CPU is the gateway's own process (or websocketd's), children not included; the rate is what all processes reach together.");
        text.Append(hasWebsocketd ? "\n\n" : " websocketd is not installed here.\n\n");
        text.Append("| cell | what | unit | rate /s | CPU µs | allocated B | p50 µs | websocketd CPU µs | CPU ratio | held to |\n");
        text.Append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {result.Row.Id} | {result.Row.What} | {result.Row.Unit} | ");
            text.Append(result.Gateway is { } own
                ? string.Create(CultureInfo.InvariantCulture, $"{own.Rate:N0} | {own.CpuMicroseconds:N2} | {own.AllocatedBytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "–"} | {own.P50:N0} | ")
                : "– | – | – | – | ");
            text.Append(result.Websocketd?.CpuMicroseconds.ToString("N2", CultureInfo.InvariantCulture) ?? (result.Row.Websocketd is null ? "" : "not measured")).Append(" | ");
            text.Append(result.Result.Ratio?.ToString("'**'0.00×'**'", CultureInfo.InvariantCulture)).Append(" | ");
            text.Append(Target(result)).Append(" |\n");
        }

        if (idle.Count > 0)
        {
            text.Append("\nWhat an idle connection takes, in KB of resident memory of the proxy's process: after a full collection, with many connections and with few, divided; the mean of two processes started for it.\n\n");
            text.Append("| cell | connections | gateway KB | websocketd KB |\n|---|--:|--:|--:|\n");
            foreach (var row in idle)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row.Row.Id} | {row.Row.Connections} | {row.Gateway / 1024:N1} | {row.Websocketd / 1024:N1} |\n");
            }
        }

        return text.ToString();
    }

    public static string ToJson(IReadOnlyList<CellResult> results, IReadOnlyList<IdleResult> idle)
    {
        var rows = new JsonArray();
        foreach (var result in results)
        {
            rows.Add(new JsonObject
            {
                ["id"] = result.Row.Id,
                ["unit"] = result.Row.Unit,
                ["clients"] = result.Row.Clients,
                ["rate"] = result.Gateway?.Rate,
                ["cpuMicroseconds"] = result.Gateway?.CpuMicroseconds,
                ["allocatedBytes"] = result.Gateway?.AllocatedBytes,
                ["p50Microseconds"] = result.Gateway?.P50,
                ["p99Microseconds"] = result.Gateway?.P99,
                ["websocketdCpuMicroseconds"] = result.Websocketd?.CpuMicroseconds,
                ["cpuRatio"] = result.Result.Ratio,
                ["target"] = result.Row.Target,
                ["targetMicroseconds"] = result.Row.TargetMicroseconds,
            });
        }

        var connections = new JsonArray();
        foreach (var row in idle)
        {
            connections.Add(new JsonObject { ["id"] = row.Row.Id, ["connections"] = row.Row.Connections, ["gatewayBytes"] = row.Gateway, ["websocketdBytes"] = row.Websocketd });
        }

        return new JsonObject { ["rows"] = rows, ["idle"] = connections }.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    private static string Target(CellResult result)
    {
        var target = result.Row.Target is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"≤ {ratio:0.0#}×")
            : result.Row.TargetMicroseconds is { } most ? string.Create(CultureInfo.InvariantCulture, $"≤ {most:0.#} µs")
            : "";
        return result.Failure is not null ? "**failed**" : result.MeetsTarget ? target : $"**{target} missed**";
    }

    private static string Processor() =>
        (File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null)
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
