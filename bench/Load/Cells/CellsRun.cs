namespace Gateway.Bench.Driver.Cells;

/// <summary>`--cells`: every pair of two protocols, in one table.</summary>
internal static class CellsRun
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- /figures -->";

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(LoadOptions options)
    {
        var loadBefore = ServerProcess.LoadAverage();
        var rows = CellRows.All.Where(row => options.Wants(row.Id)).ToList();
        var idleRows = IdleRow.All.Where(row => options.Wants(row.Id)).ToList();
        if (rows.Count + idleRows.Count == 0)
        {
            await Console.Error.WriteLineAsync($"load: no such row; there are {string.Join(' ', CellRows.All.Select(row => row.Id).Concat(IdleRow.All.Select(row => row.Id)))}");
            return 2;
        }

        await using var servers = await CellServers.StartAsync(options.Contenders.Contains("websocketd"));

        // 1. CPU and allocations.
        var results = new List<CellResult>();
        foreach (var row in rows)
        {
            results.Add(await row.RunAsync(servers, options));
            await Console.Error.WriteLineAsync($"{row.Id} {results[^1].Failure ?? $"done: {results[^1].Gateway}"}");
        }

        // 2. Memory, each cell in processes of its own.
        var idle = new List<IdleResult>();
        foreach (var row in idleRows)
        {
            idle.Add(new IdleResult(row, await row.RunAsync(servers), await row.RunWebsocketdAsync(servers)));
            await Console.Error.WriteLineAsync($"{row.Id} done: {idle[^1].Gateway:N0}");
        }

        // 3. What came out.
        var text = CellsReport.ToMarkdown(results, idle, servers.Websocketd is not null, loadBefore);
        Console.Write(text);
        if (options.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, CellsReport.ToJson(results, idle));
        }

        if (options.WritesPage)
        {
            await WritePageAsync(text);
        }

        return results.TrueForAll(result => result.MeetsTarget) || !options.Strict ? 0 : 1;
    }

    private static async Task WritePageAsync(string figures)
    {
        var page = Path.GetFullPath(BenchServers.Assembly("CellsPage"));
        var text = await File.ReadAllTextAsync(page);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        await File.WriteAllTextAsync(page, $"{text[..begin]}\n\n{figures}\n{text[end..]}");
    }
}
