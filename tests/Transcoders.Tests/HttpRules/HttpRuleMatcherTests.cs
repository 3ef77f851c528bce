using Transcoders.HttpRules;

namespace Transcoders.Tests.HttpRules;

public sealed class HttpRuleMatcherTests
{
    [Theory]
    // Order: literal, literal inside a variable, *, **.
    [InlineData("GET /v1/a|GET /v1/{x=a}|GET /v1/*|GET /v1/**", "GET /v1/a", "GET /v1/a")]
    [InlineData("GET /v1/{x=a}|GET /v1/*|GET /v1/**", "GET /v1/a", "GET /v1/{x=a}")]
    [InlineData("GET /v1/**|GET /v1/*", "GET /v1/a", "GET /v1/*")]
    [InlineData("GET /v1/**|GET /v1/*", "GET /v1/a/b", "GET /v1/**")]
    [InlineData("GET /v1/{x}/b|GET /v1/a/{y}", "GET /v1/a/b", "GET /v1/a/{y}")]
    [InlineData("GET /v1/*/b|GET /v1/{x=a}/{y}", "GET /v1/a/b", "GET /v1/{x=a}/{y}")]
    // Backtracking, over paths and over methods.
    [InlineData("GET /v1/a/x|GET /v1/{n}/y", "GET /v1/a/y", "GET /v1/{n}/y")]
    [InlineData("GET /v1/a|POST /v1/{n}", "POST /v1/a", "POST /v1/{n}")]
    [InlineData("GET /v1/a/b|GET /v1/{n}/c|GET /v1/**", "GET /v1/a/d", "GET /v1/**")]
    [InlineData("GET /v1/a/b/c|POST /v1/a/{n}/c|DELETE /v1/**", "DELETE /v1/a/b/c", "DELETE /v1/**")]
    // ** of no segments loses against the shorter template.
    [InlineData("GET /v1/{name=operations/**}|GET /v1/{name=operations}", "GET /v1/operations", "GET /v1/{name=operations}")]
    [InlineData("GET /v1/{name=operations/**}", "GET /v1/operations", "GET /v1/{name=operations/**}")]
    [InlineData("GET /v1/{name=operations/**}|GET /v1/{name=operations}", "GET /v1/operations/x", "GET /v1/{name=operations/**}")]
    [InlineData("GET /v1/**", "GET /v1", "GET /v1/**")]
    [InlineData("GET /**", "GET /", "GET /**")]
    [InlineData("GET /", "GET /", "GET /")]
    // A tail after **; the longer one first.
    [InlineData("GET /v1/{p=a/**}/{id}", "GET /v1/a/b/c", "GET /v1/{p=a/**}/{id}")]
    [InlineData("GET /v1/{p=a/**}/{id}", "GET /v1/a/b", "GET /v1/{p=a/**}/{id}")]
    [InlineData("GET /v1/{p=a/**}/{id}", "GET /v1/a", null)]
    [InlineData("GET /v1/**|GET /v1/**/x", "GET /v1/a/x", "GET /v1/**/x")]
    [InlineData("GET /v1/**|GET /v1/**/x", "GET /v1/a/y", "GET /v1/**")]
    [InlineData("GET /v1/**/*|GET /v1/**/x/*", "GET /v1/a/x/1", "GET /v1/**/x/*")]
    [InlineData("GET /v1/**/x", "GET /v1/x", "GET /v1/**/x")]
    // Verbs.
    [InlineData("POST /v1/{name}:close|POST /v1/{name}", "POST /v1/a:close", "POST /v1/{name}:close")]
    [InlineData("POST /v1/{name}:close|POST /v1/{name}", "POST /v1/a:other", "POST /v1/{name}")]
    [InlineData("POST /v1/{name}:close|GET /v1/{name}", "GET /v1/a:close", "GET /v1/{name}")]
    [InlineData("POST /v1/{name}:close", "POST /v1/a", null)]
    [InlineData("POST /v1/{name}:close", "POST /v1/a%3Aclose", null)]
    [InlineData("POST /v1/{name}:close|POST /v1/{name}", "POST /v1/a%3Aclose", "POST /v1/{name}")]
    [InlineData("POST /v1/{name}:close", "POST /v1/urn:x:close", "POST /v1/{name}:close")]
    [InlineData("POST /v1/{name}:close", "POST /v1/:close", null)]
    [InlineData("POST /v1/{name=**}:close", "POST /v1/a/b:close", "POST /v1/{name=**}:close")]
    [InlineData("POST /v1/{name=**}:close", "POST /v1:close", "POST /v1/{name=**}:close")]
    [InlineData("GET /v1:batchGet", "GET /v1:batchGet", "GET /v1:batchGet")]
    [InlineData("GET /v1/{name}:a|GET /v1/x:b", "GET /v1/x:a", "GET /v1/{name}:a")]
    [InlineData("GET /v1/{name}:cl%C3%B4re", "GET /v1/x:cl%c3%b4re", "GET /v1/{name}:cl%C3%B4re")]
    [InlineData("GET /v1/x:b|GET /v1/*/c", "GET /v1/a:b/c", "GET /v1/*/c")]
    // Raw matching.
    [InlineData("GET /v1/{name}", "GET /v1/a%2Fb", "GET /v1/{name}")]
    [InlineData("GET /v1/{name}|GET /v1/{a}/{b}", "GET /v1/a%2fb", "GET /v1/{name}")]
    [InlineData("GET /v1/shelves", "GET /v1/%73helves", "GET /v1/shelves")]
    [InlineData("GET /v1/sh%65lves", "GET /v1/shelves", "GET /v1/sh%65lves")]
    [InlineData("GET /v1/a%20b", "GET /v1/a%20b", "GET /v1/a%20b")]
    [InlineData("GET /v1/a@b", "GET /v1/a%40b", "GET /v1/a@b")]
    [InlineData("GET /v1/ключ", "GET /v1/%D0%BA%D0%BB%D1%8E%D1%87", "GET /v1/ключ")]
    [InlineData("GET /v1/a%2Fb", "GET /v1/a/b", null)]
    [InlineData("GET /v1/a%2Fb", "GET /v1/a%2fb", "GET /v1/a%2Fb")]
    [InlineData("GET /v1/shelves", "GET /V1/shelves", null)]
    // Empty segments and trailing slashes.
    [InlineData("GET /v1/{name}", "GET /v1/", null)]
    [InlineData("GET /v1/{name}", "GET /v1/a/", null)]
    [InlineData("GET /v1/{name=**}", "GET /v1/a//b", null)]
    [InlineData("GET /v1/{a}/{b}", "GET /v1//b", null)]
    [InlineData("GET /v1", "GET /v1/", null)]
    [InlineData("GET /**", "GET //", null)]
    // Methods.
    [InlineData("* /v1/{n}|GET /v1/{n}", "GET /v1/a", "GET /v1/{n}")]
    [InlineData("* /v1/{n}|GET /v1/{n}", "PURGE /v1/a", "* /v1/{n}")]
    [InlineData("* /v1/{n}", "OPTIONS /v1/a", "* /v1/{n}")]
    [InlineData("PURGE /v1/{n}", "PURGE /v1/a", "PURGE /v1/{n}")]
    [InlineData("GET /v1/{n}", "HEAD /v1/a", "GET /v1/{n}")]
    [InlineData("GET /v1/{n}|HEAD /v1/{n}", "HEAD /v1/a", "HEAD /v1/{n}")]
    [InlineData("GET /v1/{n}|* /v1/{n}", "HEAD /v1/a", "GET /v1/{n}")]
    // More literals than are compared one by one.
    [InlineData("GET /a|GET /b|GET /c|GET /d|GET /e|GET /f", "GET /e", "GET /e")]
    [InlineData("GET /a|GET /b|GET /c|GET /d|GET /e|GET /f", "GET /%66", "GET /f")]
    [InlineData("GET /a|GET /b|GET /c|GET /d|GET /e|GET /f", "GET /g", null)]
    public void RequestLine_FindsTheTemplate(string rules, string request, string? expected)
    {
        var match = Match(Build(rules), request);
        Assert.Equal(expected, match.Value);
        Assert.Equal(expected is null ? HttpMatchKind.NotFound : HttpMatchKind.Found, match.Kind);
    }

    [Theory]
    [InlineData("GET /v1/{n}|DELETE /v1/{n}", "POST /v1/a", "DELETE, GET, HEAD")]
    [InlineData("POST /v1/a|PUT /v1/{n}|PATCH /v1/**", "GET /v1/a", "PATCH, POST, PUT")]
    [InlineData("GET /v1/{n}", "OPTIONS /v1/a", "GET, HEAD")]
    [InlineData("GET /v1/{n}", "get /v1/a", "GET, HEAD")]
    [InlineData("POST /v1/{n}:close|PUT /v1/{n}", "GET /v1/a:close", "POST, PUT")]
    [InlineData("PURGE /v1/{n}", "GET /v1/a", "PURGE")]
    public void OtherMethod_GetsTheSortedAllowList(string rules, string request, string allow)
    {
        var match = Match(Build(rules), request);
        Assert.Equal(HttpMatchKind.MethodNotAllowed, match.Kind);
        Assert.Equal(allow, match.Allow);
        Assert.Null(match.Value);
    }

    [Theory]
    [InlineData("GET v1/a")]
    [InlineData("GET ")]
    [InlineData("GET /v1/%")]
    [InlineData("GET /v1/%4")]
    [InlineData("GET /v1/%zz")]
    [InlineData("GET /v1/a%")]
    [InlineData("GET /v1/../a")]
    [InlineData("GET /v1/./a")]
    [InlineData("GET /v1/%2e%2E/a")]
    [InlineData("GET /v1/.%2e")]
    [InlineData("GET /v1//..")]
    public void MalformedPath_IsNeverMatched(string request)
    {
        var match = Match(Build("GET /**|GET /v1/{n=**}"), request);
        Assert.Equal(HttpMatchKind.Malformed, match.Kind);
        Assert.NotNull(match.Problem);
    }

    [Theory]
    [InlineData("GET /v1/...")]
    [InlineData("GET /v1/.well-known")]
    [InlineData("GET /v1/a..b")]
    [InlineData("GET /v1/%2e%2e%2e")]
    public void DotsThatAreNames_AreSegmentsLikeOthers(string request) =>
        Assert.True(Match(Build("GET /v1/{n}"), request).IsFound);

    [Theory]
    [InlineData("GET /v1/a/", "GET /v1/{n}")]
    [InlineData("GET /v1/a", "GET /v1/{n}")]
    [InlineData("GET /v1/a//", null)]
    [InlineData("GET /", null)]
    public void IgnoredTrailingSlash_IsOneOnly(string request, string? expected) =>
        Assert.Equal(expected, Match(Build("GET /v1/{n}", ignoreTrailingSlash: true), request).Value);

    [Theory]
    [InlineData("GET /v1/{a}", "GET /v1/{b}")]
    [InlineData("GET /v1/{a}", "GET /v1/*")]
    [InlineData("GET /v1/{a=x/*}", "GET /v1/{b=x/*}")]
    [InlineData("GET /v1/{a=x/*}", "GET /v1/{b=x}/{c}")]
    [InlineData("GET /v1/%61", "GET /v1/a")]
    [InlineData("GET /v1/{a}:go", "GET /v1/{b}:go")]
    [InlineData("GET /v1/**", "GET /v1/{a=**}")]
    [InlineData("* /v1/{a}", "* /v1/{b}")]
    public void EqualTemplates_AreRefused(string first, string second)
    {
        var builder = new HttpRuleMatcherBuilder<string>();
        Assert.True(Add(builder, first, out _));
        Assert.False(Add(builder, second, out var holder));
        Assert.Equal(first, holder);
    }

    [Theory]
    [InlineData("GET /v1/{a}", "POST /v1/{a}")]
    [InlineData("GET /v1/{a}", "GET /v1/{a}:go")]
    [InlineData("GET /v1/{a}", "GET /v1/{a=**}")]
    [InlineData("GET /v1/{a}", "* /v1/{a}")]
    [InlineData("GET /v1/x", "GET /v1/{a=x}")]
    public void DifferentTemplates_StandSideBySide(string first, string second)
    {
        var builder = new HttpRuleMatcherBuilder<string>();
        Assert.True(Add(builder, first, out _));
        Assert.True(Add(builder, second, out _));
    }

    [Fact]
    public void MethodBeyondTheLimit_IsNotTaken()
    {
        var builder = new HttpRuleMatcherBuilder<string>();
        for (var i = 2; i < HttpRuleMatcherBuilder<string>.MaxMethods; i++)
        {
            Assert.True(Add(builder, $"M{i} /a", out _));
        }

        Assert.True(builder.TryReserveMethod("GET"));
        Assert.False(builder.TryReserveMethod("MORE"));
        Assert.Throws<InvalidOperationException>(() => Add(builder, "MORE /a", out _));
    }

    [Fact]
    public void HostilePaths_AreAnsweredWithoutBlowingUp()
    {
        // Every level offers a literal, a captured literal, '*' and '**': the worst a rule set can do.
        var rules = new List<string>();
        for (var bits = 0; bits < 256; bits++)
        {
            var text = "";
            for (var level = 0; level < 8; level++)
            {
                text += (bits >> level & 1) == 0 ? "/a" : "/*";
            }

            rules.Add($"GET {text}/end{bits}");
            rules.Add($"GET /**{text}/end{bits}");
        }

        var matcher = Build(string.Join('|', rules));
        var many = "/" + string.Join('/', Enumerable.Repeat("a", 10_000));
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", many).Kind);
        Assert.Equal("GET /**/a/a/a/a/a/a/a/a/end0", matcher.Match("GET", many + "/end0").Value);
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", "/a/a/a/a/a/a/a/a/end999").Kind);
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", "/" + new string('a', 100_000)).Kind);
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", "/" + string.Concat(Enumerable.Repeat("%61", 30_000))).Kind);
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", new string('/', 10_000)).Kind);
        Assert.Equal(HttpMatchKind.NotFound, matcher.Match("GET", "/" + new string(':', 10_000)).Kind);
    }

    [Fact]
    public void LongEscapedLiteral_StillMatches()
    {
        var literal = new string('я', 300);
        var matcher = Build($"GET /{literal}");
        Assert.True(matcher.Match("GET", "/" + Uri.EscapeDataString(literal)).IsFound);
        Assert.False(matcher.Match("GET", "/" + Uri.EscapeDataString(literal + "я")).IsFound);
    }

    [Fact]
    public void Match_AllocatesNothingWhenItFinds()
    {
        var matcher = Build("GET /v1/{name=shelves/*/books/*}|GET /v1/{name=shelves/*}|POST /v1/{name=shelves/*}:close|GET /v1/**");
        string[] paths = ["/v1/shelves/1/books/2", "/v1/shelves/1", "/v1/%73helves/1", "/v1/a/b/c/d/e"];
        Assert.All(paths, path => Assert.True(matcher.Match("GET", path).IsFound));
        Allocations.AssertNone(() =>
        {
            foreach (var path in paths)
            {
                matcher.Match("GET", path);
            }
        });
    }

    private static HttpRuleMatch<string> Match(HttpRuleMatcher<string> matcher, string request)
    {
        var space = request.IndexOf(' ', StringComparison.Ordinal);
        return matcher.Match(request[..space], request.AsSpan(space + 1));
    }

    private static HttpRuleMatcher<string> Build(string rules, bool ignoreTrailingSlash = false)
    {
        var builder = new HttpRuleMatcherBuilder<string>();
        foreach (var rule in rules.Split('|'))
        {
            Assert.True(Add(builder, rule, out _), rule);
        }

        return builder.Build(ignoreTrailingSlash);
    }

    private static bool Add(HttpRuleMatcherBuilder<string> builder, string rule, out string? holder)
    {
        var space = rule.IndexOf(' ', StringComparison.Ordinal);
        Assert.True(HttpTemplateParser.TryParse(rule[(space + 1)..], out var template, out var problem), problem?.ToString());
        return builder.TryAdd(rule[..space], template, rule, out holder);
    }
}
