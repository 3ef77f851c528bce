using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Telemetry;
using Gateway.Tests.Telemetry;
using Transcoders.Calls;

namespace Gateway.Tests.Admin;

[Collection(TelemetryHostCollection.Name)]
public sealed partial class DashboardTests
{
    [Fact]
    public async Task EveryMetricAndLabelOfTheDashboard_IsInAScrape()
    {
        await using var host = await TelemetryHost.StartAsync();
        await using var admin = await AdminHarness.StartAsync(host.Get<PrometheusExporter>());
        ProduceOneOfEach(host);

        var scrape = await admin.Client.GetStringAsync("/metrics");

        var labels = LabelsByMetric(scrape);
        var queries = Queries().ToArray();
        Assert.InRange(queries.Length, 20, 100);
        foreach (var query in queries)
        {
            var selectors = Selector().Matches(query);
            Assert.NotEmpty(selectors);
            foreach (Match selector in selectors)
            {
                var name = selector.Groups["name"].Value;
                Assert.True(labels.TryGetValue(name, out var known), $"{name} is not in a scrape; it is asked for by: {query}");
                var asked = Matcher().Matches(selector.Groups["matchers"].Value).Select(m => m.Groups["label"].Value)
                    .Concat(Grouping().Matches(query).SelectMany(m => m.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)));

                // Prometheus itself adds these two.
                Assert.All(asked.Except(["instance", "job"]), label => Assert.True(known.Contains(label), $"{name} has no label {label}: {query}"));
            }
        }
    }

    private static void ProduceOneOfEach(TelemetryHost host)
    {
        var calls = host.Get<CallTelemetry>();
        var labels = new CallLabels("library", "http", "grpc");
        calls.Begin(labels);
        calls.End(labels, StatusCode.Ok, TimeSpan.FromMilliseconds(3), new CallTally { RequestMessages = 1, RequestBytes = 2, ResponseMessages = 3, ResponseBytes = 4 });
        host.Get<ConfigTelemetry>().Applied();
        var meters = host.Get<IMeterFactory>();
        _ = new DestinationTelemetry(meters, static () => [("library", "a", true), ("library", "b", false)]);
        _ = new ProcessTelemetry(meters, static () =>
        [
            new ProcessSample
            {
                Cluster = "tools",
                Running = 1,
                Started = 3,
                Refused = 0,
                StartFailures = 0,
                ExitsByCode = new Dictionary<int, long> { [0] = 1 },
                ExitsBySignal = new Dictionary<int, long> { [9] = 1 },
                UnknownExits = 0,
            },
        ]);

        // Some of the runtime's figures are there only after a collection.
        GC.Collect();
    }

    private static Dictionary<string, HashSet<string>> LabelsByMetric(string scrape)
    {
        var labels = new Dictionary<string, HashSet<string>>();
        foreach (var line in scrape.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            var name = line[..line.IndexOfAny(['{', ' '])];
            if (!labels.TryGetValue(name, out var known))
            {
                labels.Add(name, known = []);
            }

            known.UnionWith(Matcher().Matches(line).Select(m => m.Groups["label"].Value));
        }

        return labels;
    }

    private static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root(), "deploy", "grafana", "gateway.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out var targets))
            {
                foreach (var target in targets.EnumerateArray())
                {
                    yield return target.GetProperty("expr").GetString()!;
                }
            }
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Gateway.sln")))
        {
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return directory.FullName;
    }

    [GeneratedRegex("(?<name>[a-z_]+)\\{(?<matchers>[^}]*)\\}")]
    private static partial Regex Selector();

    [GeneratedRegex("(?<label>[a-z_]+)(=|!=|=~)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex(" by \\((?<labels>[^)]*)\\)")]
    private static partial Regex Grouping();
}
