using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>docs/mappings.md says what the tables say. RENEW_GOLDEN_FILES=1 writes it anew.</summary>
public sealed class MappingsPageTests
{
    [Fact]
    public void Page_SaysWhatTheTablesSay()
    {
        var file = Path.Combine(Repository.Root, "docs/mappings.md");
        if (Environment.GetEnvironmentVariable("RENEW_GOLDEN_FILES") == "1")
        {
            File.WriteAllText(file, MappingsPage.Write());
        }

        Assert.Equal(MappingsPage.Write(), File.ReadAllText(file));
    }
}
