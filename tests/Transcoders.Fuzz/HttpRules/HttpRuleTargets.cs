using System.Text;
using Transcoders.HttpRules;

namespace Transcoders.Fuzz.HttpRules;

/// <summary>Path templates and request paths, as strangers may write them.</summary>
public static class HttpRuleTargets
{
    private static readonly HttpRuleMatcher<HttpTemplate> Matcher = Compile(
    [
        "/v1/{name=shelves/*/books/*}", "/v1/{name=shelves/*}:close", "/v1/{parent=a/**}/{id}", "/v1/{name=operations/**}",
        "/v1/{name=operations}", "/v1/**/tail:go", "/v1/a%2Fb/{x}", "/{a}/{b}", "/**",
    ]);

    /// <summary>A template either parses, and then compiles and prints itself, or says where it is wrong.</summary>
    public static void Template(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!HttpTemplateParser.TryParse(text, out var template, out var problem))
        {
            Require(problem.Position >= 0 && problem.Position <= text.Length, "the problem stands outside the text");
            return;
        }

        Require(template.Text == text, "a template is not what was read");
        Compile([text]);
    }

    /// <summary>A path gets one of the four answers; what is found has its variables inside the path.</summary>
    public static void Path(ReadOnlySpan<byte> input)
    {
        var path = Encoding.UTF8.GetString(input);
        var match = Matcher.Match("GET", path);
        Require(match.IsFound == match.Value is not null, "found without a value");
        if (match.Value is not { } template)
        {
            return;
        }

        var captures = new Range[template.Variables.Length];
        template.Capture(path, captures);
        var end = 0;
        foreach (var capture in captures)
        {
            var (offset, length) = capture.GetOffsetAndLength(path.Length);
            Require(offset >= end, "variables overlap");
            end = offset + length;
        }
    }

    private static HttpRuleMatcher<HttpTemplate> Compile(string[] texts)
    {
        var builder = new HttpRuleMatcherBuilder<HttpTemplate>();
        foreach (var text in texts)
        {
            Require(HttpTemplateParser.TryParse(text, out var template, out var problem), $"{text}: {problem}");
            Require(builder.TryAdd("GET", template!, template!, out _), $"{text} is there already");
        }

        return builder.Build();
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
