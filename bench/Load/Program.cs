using Gateway.Bench.Driver;
using Gateway.Bench.Driver.Cells;

if (!LoadOptions.TryParse(args, out var options, out var text))
{
    (text == LoadOptions.Usage ? Console.Out : Console.Error).WriteLine(text);
    return text == LoadOptions.Usage ? 0 : 2;
}

if (options.Cells)
{
    return await CellsRun.RunAsync(options);
}

var loadBefore = ServerProcess.LoadAverage();

// 1. Every server is a process of its own, so that its CPU and memory can be read apart.
await using var servers = await BenchServers.StartAsync(options.Contenders);

// 2. The rows, each contender in turn, round after round.
var rows = LoadRows.All(servers).Where(row => options.Wants(row.Id)).ToList();
if (rows.Count == 0)
{
    Console.Error.WriteLine($"load: no such row; there are {string.Join(' ', LoadRows.All(servers).Select(row => row.Id))}");
    return 2;
}

var results = new List<RowResult>();
foreach (var row in rows)
{
    results.Add(await RowRunner.RunAsync(row, options));
    Console.Error.WriteLine($"{row.Id} done");
}

// 3. What came out.
Console.Write(LoadReport.ToMarkdown(results, servers.Memory(), loadBefore));
if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, LoadReport.ToJson(results, servers.Memory()));
}

return results.TrueForAll(result => result.MeetsTarget) || !options.Strict ? 0 : 1;
