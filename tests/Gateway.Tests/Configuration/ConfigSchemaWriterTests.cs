using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigSchemaWriterTests
{
    [Fact]
    public void CommittedSchema_IsUpToDate()
    {
        var file = Path.Combine(RepositoryRoot(), "config", "gateway.schema.json");

        // To renew it: gateway schema > config/gateway.schema.json
        if (Environment.GetEnvironmentVariable("RENEW_GOLDEN_FILES") == "1")
        {
            File.WriteAllText(file, ConfigSchemaWriter.Write());
        }

        Assert.Equal(ConfigSchemaWriter.Write(), File.ReadAllText(file));
    }

    [Fact]
    public void EveryKey_HasADescription()
    {
        using var schema = JsonDocument.Parse(ConfigSchemaWriter.Write());

        Assert.Empty(KeysWithoutDescription(schema.RootElement, ""));
    }

    [Fact]
    public void KeysOfLaterVersions_AreNotOffered()
    {
        var schema = ConfigSchemaWriter.Write();

        Assert.DoesNotContain("\"Hedging\"", schema, StringComparison.Ordinal);
        Assert.DoesNotContain("\"mcp\"", schema, StringComparison.Ordinal);
        Assert.Contains("\"ndjson\"", schema, StringComparison.Ordinal);
    }

    private static IEnumerable<string> KeysWithoutDescription(JsonElement schema, string path)
    {
        foreach (var child in schema.EnumerateObject())
        {
            if (child.Name == "properties")
            {
                foreach (var key in child.Value.EnumerateObject())
                {
                    var keyPath = $"{path}:{key.Name}";
                    if (!key.Value.TryGetProperty("description", out var text) || !text.GetString()!.EndsWith('.'))
                    {
                        yield return keyPath;
                    }

                    foreach (var deeper in KeysWithoutDescription(key.Value, keyPath))
                    {
                        yield return deeper;
                    }
                }
            }
            else if (child.Name is "items" or "additionalProperties" && child.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var deeper in KeysWithoutDescription(child.Value, $"{path}:*"))
                {
                    yield return deeper;
                }
            }
        }
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Gateway.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
