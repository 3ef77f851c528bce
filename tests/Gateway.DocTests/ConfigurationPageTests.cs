using System.Text.RegularExpressions;
using Gateway.Configuration;
using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>docs/configuration.md lists every key of the gateway's own, with the default that holds.</summary>
public sealed class ConfigurationPageTests
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs/configuration.md"))
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).ToArray();

    public static TheoryData<string, string?> Keys
    {
        get
        {
            var keys = new TheoryData<string, string?>();
            var proxy = (ObjectType)ConfigGrammar.Root.Find("ReverseProxy")!.Type;
            var route = (ObjectType)((MapType)proxy.Find("Routes")!.Type).Item;
            var cluster = (ObjectType)((MapType)proxy.Find("Clusters")!.Type).Item;
            foreach (var key in ConfigGrammar.Root.Keys)
            {
                Add(keys, key, deep: key.Name == "Admin", path: "");
            }

            foreach (var key in new[] { "Edges", "Options" }.Select(name => route.Find(name)!)
                .Concat(new[] { "Protocol", "Schema", "Sse", "Process", "WebSocket", "Grpc", "Http", "Instances", "Resilience" }.Select(name => cluster.Find(name)!)))
            {
                Add(keys, key, deep: true, path: "");
            }

            return keys;
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void EveryKey_IsOnThePage(string name, string? value)
    {
        var pattern = $@"^\|[^|]*`(?:\w+:)?{Regex.Escape(name)}`[^|]*\|";
        var rows = Rows.Where(row => Regex.IsMatch(row, pattern)).ToList();
        Assert.True(rows.Count > 0, $"docs/configuration.md has no row for `{name}`");
        Assert.True(value is null || rows.Any(row => row.EndsWith($"| `{value}` |", StringComparison.Ordinal)), $"docs/configuration.md: the default of `{name}` is {value}");
    }

    private static void Add(TheoryData<string, string?> keys, ConfigKey key, bool deep, string path)
    {
        if (deep && key.Type is ObjectType { Keys: var inner })
        {
            foreach (var child in inner)
            {
                Add(keys, child, deep, path + key.Name + ":");
            }

            return;
        }

        keys.Add(key.Name, key.Default);
    }
}
