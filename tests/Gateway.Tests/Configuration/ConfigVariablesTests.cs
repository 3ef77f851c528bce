using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigVariablesTests
{
    private const string Good = """
        { "Urls": "http://*:1", "ReverseProxy": { "Routes": { "r": { "ClusterId": "a", "Match": { "Path": "/", "Methods": [ "GET" ] } } },
          "Clusters": { "a": { "Destinations": { "x": { "Address": "http://h:1" } } } } } }
        """;

    [Fact]
    public void VariableInAString_IsReplaced()
    {
        var config = ConfigText.Good("""{ "Urls": "http://${HOST}:${PORT}", "AllowedHosts": "$${HOST}" }""", ("HOST", "127.0.0.1"), ("PORT", "80"));

        Assert.Equal("http://127.0.0.1:80", config.Urls);
        Assert.Equal("${HOST}", config.Tree["AllowedHosts"]);
    }

    [Fact]
    public void MissingVariable_NamesThePath() =>
        Assert.Equal("gateway.json:1:19: AllowedHosts: the environment variable HOST is not set", ConfigText.Problem("""{ "AllowedHosts": "${HOST}" }"""));

    [Theory]
    [InlineData("${HOST")]
    [InlineData("${}")]
    [InlineData("${1A}")]
    [InlineData("${a-b}")]
    public void MalformedVariable_IsRefused(string text) =>
        Assert.Equal("gateway.json:1:19: AllowedHosts: '${' begins a variable: write ${NAME}, or $${ for the characters themselves", ConfigText.Problem($$"""{ "AllowedHosts": "{{text}}" }"""));

    [Fact]
    public void ValueOfAVariable_IsNotExpandedAgain() =>
        Assert.Equal("${B}", ConfigText.Good("""{ "AllowedHosts": "${A}" }""", ("A", "${B}")).Tree["AllowedHosts"]);

    [Fact]
    public void Problem_ShowsTheNameOfAVariable_NeverItsValue() =>
        Assert.Equal("gateway.json:1:22: Admin:Urls: '${SECRET}' is no address to listen on; write one like \"http://127.0.0.1:8080\"", ConfigText.Problem("""{ "Admin": { "Urls": "${SECRET}" } }""", ("SECRET", "hunter2")));

    [Fact]
    public void Override_ReplacesAndAdds()
    {
        var config = ConfigText.Good(
            Good,
            ("ReverseProxy__Clusters__a__Protocol", "grpc"),
            ("reverseproxy__clusters__A__destinations__y__ADDRESS", "http://h:2"),
            ("ReverseProxy__Routes__r__Match__Methods__1", "PUT"),
            ("ReverseProxy__Routes__r__Edges__0", "http"),
            ("ReverseProxy__Routes__r__Options__Limits__MessageSize", "1MiB"),
            ("Admin__Urls", "http://*:9"));

        Assert.Equal("grpc", config.Clusters["a"].Protocol);
        Assert.Equal("http://h:2", config.Clusters["a"].Destinations["y"]);
        Assert.Equal("PUT", config.Tree["ReverseProxy:Routes:r:Match:Methods:1"]);
        Assert.Equal(["http"], config.Routes["r"].Edges!);
        Assert.Equal(1 << 20, config.Routes["r"].Options.Limits.MessageSize);
        Assert.Equal("http://*:9", config.AdminUrls);
    }

    [Theory]
    [InlineData("URLS")]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("DOTNET_URLS")]
    public void UrlVariables_OverrideTheFile(string name) => Assert.Equal("http://*:7", ConfigText.Good(Good, (name, "http://*:7")).Urls);

    [Fact]
    public void UrlVariables_TheShortestWins_AndEmptyIsUnset() =>
        Assert.Equal("http://*:7", ConfigText.Good(Good, ("URLS", ""), ("ASPNETCORE_URLS", "http://*:7"), ("DOTNET_URLS", "http://*:8")).Urls);

    [Fact]
    public void VariablesOfOthers_AreLeftAlone() =>
        ConfigText.Good(Good, ("ADMIN", "root"), ("LOGGING", "1"), ("KESTREL", "x"), ("PATH", "/bin"), ("Other__Key", "x"));

    [Fact]
    public void WrongOverride_NamesTheVariable_NotItsValue() =>
        Assert.Equal(
            "ReverseProxy:Clusters:a:Protocol: the value of the environment is none of http, grpc, sse, websocket, stdio (did you mean 'grpc'?) (set by the environment variable ReverseProxy__Clusters__a__Protocol)",
            ConfigText.Problem(Good, ("ReverseProxy__Clusters__a__Protocol", "grcp")));

    [Fact]
    public void UnknownKeyOfAnOverride_IsReported() =>
        Assert.Equal(
            "ReverseProxy:Clusters:a:Protocl: unknown key 'Protocl' (did you mean 'Protocol'?) (set by the environment variable ReverseProxy__Clusters__a__Protocl)",
            ConfigText.Problem(Good, ("ReverseProxy__Clusters__a__Protocl", "grpc")));

    [Fact]
    public void OverrideWithAnEmptyPart_IsReported() =>
        Assert.Equal("Admin: the environment variable Admin__ has an empty part; write Section__Key__Key", ConfigText.Problem(Good, ("Admin__", "x")));
}
