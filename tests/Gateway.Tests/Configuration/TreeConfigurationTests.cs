using Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class TreeConfigurationTests
{
    private static readonly IConfiguration Tree = ConfigText.Good("""
        { "Serilog": { "A": { "b": "1", "Flag": true, "Off": false, "Nothing": null, "Number": 1.50 }, "List": [ "x", { "y": "z" } ], "Empty": {} } }
        """).Tree;

    [Fact]
    public void Values_AreSpelledAsIConfigurationSpellsThem()
    {
        Assert.Equal("1", Tree["serilog:a:B"]);
        Assert.Equal("True", Tree["Serilog:A:Flag"]);
        Assert.Equal("False", Tree["Serilog:A:Off"]);
        Assert.Equal("1.50", Tree["Serilog:A:Number"]);
        Assert.Null(Tree["Serilog:A:Nothing"]);
        Assert.Equal("x", Tree["Serilog:List:0"]);
        Assert.Equal("z", Tree["Serilog:List:1:y"]);
        Assert.Null(Tree["Serilog:A"]);
        Assert.Null(Tree["Nowhere:At:All"]);
    }

    [Fact]
    public void Sections_KnowKeyPathAndChildren()
    {
        var section = Tree.GetSection("Serilog:A");

        Assert.Equal("A", section.Key);
        Assert.Equal("Serilog:A", section.Path);
        Assert.Equal("Serilog:A:b", section.GetSection("b").Path);
        Assert.Equal(["b", "Flag", "Off", "Nothing", "Number"], section.GetChildren().Select(c => c.Key));
        Assert.Equal(["0", "1"], Tree.GetSection("Serilog:List").GetChildren().Select(c => c.Key));
    }

    [Fact]
    public void SectionThatIsNotThere_DoesNotExist()
    {
        Assert.False(Tree.GetSection("Nowhere:At:All").Exists());
        Assert.False(Tree.GetSection("Serilog:Empty").Exists());
        Assert.Empty(Tree.GetSection("Nowhere").GetChildren());
        Assert.Equal("Nowhere:At", Tree.GetSection("Nowhere").GetSection("At").Path);
    }

    [Fact]
    public void ChainedIntoAnotherConfiguration_ReadsTheSame()
    {
        var chained = new ConfigurationBuilder().AddConfiguration(Tree).Build();

        Assert.Equal(
            Tree.AsEnumerable().OrderBy(p => p.Key, StringComparer.Ordinal),
            chained.AsEnumerable().OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Setting_IsRefused() => Assert.Throws<NotSupportedException>(() => Tree["Urls"] = "x");
}
