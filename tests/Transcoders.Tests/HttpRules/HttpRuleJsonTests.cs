using Transcoders.HttpRules;

namespace Transcoders.Tests.HttpRules;

public sealed class HttpRuleJsonTests
{
    [Fact]
    public void Rule_IsReadWithEitherSpellingOfItsKeys()
    {
        const string json = """
            { "selector": "a.S.M", "patch": "/v1/{x}", "body": "*", "response_body": "y",
              "additionalBindings": [ { "custom": { "kind": "*", "path": "/v2" } } ] }
            """;
        Assert.True(HttpRuleJson.TryParse(json, out var rule, out var problem));
        Assert.Null(problem);
        Assert.Equal("/v1/{x}", rule.Patch);
        Assert.Equal("y", rule.ResponseBody);
        Assert.Equal("*", rule.AdditionalBindings[0].Custom.Kind);
    }

    [Theory]
    [InlineData("""{ "selector": "a.S.M", "gett": "/v1" }""", "gett")]
    [InlineData("""{ "selector": "a.S.M", "get": 1 }""", "not a google.api.HttpRule")]
    [InlineData("""{ "selector": "a.S.M", "get": "/a", "put": "/b" }""", "not a google.api.HttpRule")]
    [InlineData("""{ "get": "/v1" }""", "selector")]
    [InlineData("[]", "not a google.api.HttpRule")]
    [InlineData("{", "not a google.api.HttpRule")]
    [InlineData("", "not a google.api.HttpRule")]
    public void WrongRule_IsToldWhatWouldBeRight(string json, string says)
    {
        Assert.False(HttpRuleJson.TryParse(json, out var rule, out var problem));
        Assert.Null(rule);
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }
}
