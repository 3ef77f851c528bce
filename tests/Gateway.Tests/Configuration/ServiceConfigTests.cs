using System.Text;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ServiceConfigTests
{
    private const string Good = """
        type: google.api.Service
        config_version: 3
        name: library.example.com
        apis:
        - name: library.v1.Library
        documentation:
          summary: &text |
            Several lines,
            none of them read.
        http:
          fully_decode_reserved_expansion: true
          rules:
          - selector: library.v1.Library.GetBook
            get: /v1/{name=shelves/*/books/*}
            additionalBindings:
            - get: '/old/{name}'   # a comment
              responseBody: title
          - selector: library.v1.Library.Move
            custom: { kind: MOVE, path: "/v1/{name}" }
            body: "*"
        """;

    [Fact]
    public void RulesOfAServiceConfig_ComeBeforeThoseOfTheFile_WithTheirPlaces()
    {
        var (config, problems) = Read(", \"HttpRules\": [ { \"selector\": \"library.v1.Library.GetBook\", \"get\": \"/mine\" } ]", Good);

        Assert.Empty(problems);
        var schema = config!.Clusters["c"].Schema!;
        Assert.Equal(
            [
                """{"selector":"library.v1.Library.GetBook","get":"/v1/{name=shelves/*/books/*}","additional_bindings":[{"get":"/old/{name}","response_body":"title"}]}""",
                """{"selector":"library.v1.Library.Move","custom":{"kind":"MOVE","path":"/v1/{name}"},"body":"*"}""",
                """{"selector":"library.v1.Library.GetBook","get":"/mine"}""",
            ],
            schema.HttpRules);
        Assert.True(schema.FullyDecodeReservedExpansion);
        Assert.Equal(["api.yaml"], schema.ServiceConfigs.Select(Path.GetFileName));
        Assert.Equal([true, true, false], schema.HttpRuleSources.Select(source => source.IsServiceConfig));
        Assert.Equal((13, 5), (schema.HttpRuleSources[0].Position!.Value.Line, schema.HttpRuleSources[0].Position!.Value.Column));
        Assert.Equal("api.yaml", Path.GetFileName(schema.HttpRuleSources[0].Position!.Value.File));
    }

    [Theory]
    [InlineData("http: {}")]
    [InlineData("name: x")]
    [InlineData("{ \"http\": { \"rules\": [] } }")]
    [InlineData("http:\n  rules:")]
    public void ServiceConfigWithoutRules_HasNone(string yaml)
    {
        var (config, problems) = Read("", yaml);

        Assert.Empty(problems);
        Assert.Empty(config!.Clusters["c"].Schema!.HttpRules);
        Assert.Null(config.Clusters["c"].Schema!.FullyDecodeReservedExpansion);
    }

    [Fact]
    public void LaterServiceConfig_ComesLater()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("s.binpb", "");
        directory.Write("a.yaml", "http: { rules: [ { selector: a.B.C, get: /a } ], fully_decode_reserved_expansion: true }");
        directory.Write("b.yaml", "http: { rules: [ { selector: a.B.C, get: /b } ], fullyDecodeReservedExpansion: false }");
        var file = directory.Write("gateway.json", Configuration("\"a.yaml\", \"b.yaml\"", ""));

        var (config, problems) = GatewayConfigReader.Read(file, ConfigText.NoVariables);

        Assert.Empty(problems);
        Assert.Equal(["""{"selector":"a.B.C","get":"/a"}""", """{"selector":"a.B.C","get":"/b"}"""], config!.Clusters["c"].Schema!.HttpRules);
        Assert.False(config.Clusters["c"].Schema!.FullyDecodeReservedExpansion);
    }

    [Fact]
    public void Alias_StandsForWhatItsAnchorNames()
    {
        var (config, problems) = Read("", """
            path: &path /v1/{name}
            http:
              rules:
              - &rule
                selector: a.B.C
                get: *path
              - *rule
            """);

        Assert.Empty(problems);
        Assert.Equal(["""{"selector":"a.B.C","get":"/v1/{name}"}""", """{"selector":"a.B.C","get":"/v1/{name}"}"""], config!.Clusters["c"].Schema!.HttpRules);
    }

    [Theory]
    [InlineData("http:\n  rules:\n  - selector: a.B.C\n    gett: /x\n", "api.yaml:4:5: ", "unknown key 'gett' (did you mean 'get'?)")]
    [InlineData("http:\n  rules: 5\n", "api.yaml:2:10: ", "expected a list")]
    [InlineData("http:\n  rules:\n  - selector: [ a ]\n", "api.yaml:3:15: ", "expected a text")]
    [InlineData("http:\n  fully_decode_reserved_expansion: maybe\n", "api.yaml:2:36: ", "expected true or false")]
    [InlineData("http:\n  rules:\n  - selector: a\n    get: /a\n    get: /b\n", "api.yaml:5:5: ", "'get' stands here twice")]
    [InlineData("http: [ ", "api.yaml:2:1: ", "")]
    [InlineData("a: 'b", "api.yaml:1:", "")]
    [InlineData("- x", "api.yaml:1:1: ", "expected an object")]
    [InlineData("a: b\n---\na: c\n", "api.yaml:2:1: ", "second document")]
    [InlineData("", "api.yaml:1:1: ", "empty")]
    [InlineData("type: google.protobuf.Any", "api.yaml:1:7: ", "a service config is a google.api.Service")]
    [InlineData("a: *nobody", "api.yaml:1:4: ", "&nobody")]
    [InlineData("a: &a [ *a ]", "api.yaml:1:9: ", "&a")]
    [InlineData("? [ a ]\n: b", "api.yaml:1:3: ", "A name is expected")]
    public void WhatIsWrong_IsToldWithFileAndLine(string yaml, string where, string what)
    {
        var (_, problems) = Read("", yaml);

        var problem = Assert.Single(problems);
        Assert.StartsWith(where, Path.GetFileName(problem), StringComparison.Ordinal);
        Assert.Contains(what, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsToldAtItsKey()
    {
        var problem = ConfigText.Problem(Configuration("\"nowhere.yaml\"", "").Replace("\"DescriptorSets\": [ \"s.binpb\" ], ", "", StringComparison.Ordinal));

        Assert.StartsWith("gateway.json:1:", problem);
        Assert.Contains("there is no file '", problem);
    }

    [Fact]
    public void AliasesThatMultiply_EndAtTheBound()
    {
        var yaml = new StringBuilder("l0: &l0 [ x, x, x, x, x, x, x, x, x, x ]\n");
        for (var i = 1; i < 12; i++)
        {
            yaml.Append($"l{i}: &l{i} [ {string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))} ]\n");
        }

        var (_, problems) = Read("", yaml.ToString());

        Assert.Contains($"More than {YamlTreeReader.MaxNodes} values", Assert.Single(problems));
    }

    [Fact]
    public void DeepNesting_EndsAtTheBound()
    {
        var (_, problems) = Read("", "a: " + new string('[', 500) + new string(']', 500));

        Assert.Contains("Nested deeper than 64", Assert.Single(problems));
    }

    [Fact]
    public void FileOverTheLimit_IsRefusedUnread()
    {
        var (_, problems) = Read("", "# " + new string('x', ServiceConfigReader.MaxFileSize));

        Assert.Contains("is larger than", Assert.Single(problems));
    }

    [Fact]
    public void CutAndBrokenText_NeverThrows()
    {
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var text = new StringBuilder(Good);
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                text[random.Next(text.Length)] = "{}[]:&*!|>'\"%@`#-?, \n\t\0x"[random.Next(24)];
            }

            text.Length = random.Next(1, text.Length);
            var problems = new ConfigProblems("gateway.json");
            YamlTreeReader.Read("api.yaml", text.ToString(), "", problems);
            Assert.All(problems.ToSorted(), problem => Assert.NotNull(problem.Position));
        }
    }

    private static (GatewayConfig? Config, string[] Problems) Read(string more, string yaml)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("s.binpb", "");
        directory.Write("api.yaml", yaml);
        var (config, problems) = GatewayConfigReader.Read(directory.Write("gateway.json", Configuration("\"api.yaml\"", more)), ConfigText.NoVariables);
        return (config, [.. problems.Select(problem => problem.ToString())]);
    }

    private static string Configuration(string files, string more) => ConfigText.WithCluster(
        $"\"Protocol\": \"grpc\", \"Destinations\": {{ \"a\": {{ \"Address\": \"http://127.0.0.1:1\" }} }}, \"Schema\": {{ \"DescriptorSets\": [ \"s.binpb\" ], \"ServiceConfigs\": [ {files} ]{more} }}").ReplaceLineEndings(" ");
}
