using Transcoders.HttpRules;

namespace Transcoders.Tests.HttpRules;

public sealed class HttpTemplateParserTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("/v1", "v1")]
    [InlineData("/v1/shelves", "v1 shelves")]
    [InlineData("/v1/*/books", "v1 * books")]
    [InlineData("/v1/**", "v1 **")]
    [InlineData("/v1/{name}", "v1 <*> name")]
    [InlineData("/v1/{name=*}", "v1 <*> name")]
    [InlineData("/v1/{name=shelves/*}", "v1 <shelves <*> name+")]
    [InlineData("/v1/{name=shelves/*/books/*}:publish", "v1 <shelves <* <books <*> name+ :publish")]
    [InlineData("/v1/{name=**}", "v1 <**> name+")]
    [InlineData("/v1/{name=**}:verb", "v1 <**> name+ :verb")]
    [InlineData("/v1/{name=operations}", "v1 <operations> name")]
    [InlineData("/v1/{book.author.name}", "v1 <*> book.author.name")]
    [InlineData("/v1/{_a1.b_2=x/**}", "v1 <x <**> _a1.b_2+")]
    [InlineData("/{a}/{b}", "<*> <*> a b")]
    [InlineData("/v1:batchGet", "v1 :batchGet")]
    [InlineData("/v1/items:watch", "v1 items :watch")]
    [InlineData("/v1/a%20b", "v1 [a b]")]
    [InlineData("/v1/a%2Fb", "v1 a/b")]
    [InlineData("/v1/a%3Ab:c%3Ad", "v1 a:b :c:d")]
    [InlineData("/v1/ключ", "v1 ключ")]
    [InlineData("/v1/a@b;c=d,e$f!g'h(i)+&~.x", "v1 a@b;c=d,e$f!g'h(i)+&~.x")]
    [InlineData("/v1/{parent=projects/*/databases/*/documents/**}/{collection_id}", "v1 <projects <* <databases <* <documents <**> <*> parent+ collection_id")]
    [InlineData("/v1/{name=operations/**}", "v1 <operations <**> name+")]
    [InlineData("/v1/**/tail:go", "v1 ** tail :go")]
    [InlineData("/...", "...")]
    public void Template_IsReadAsSegmentsVariablesAndVerb(string text, string expected)
    {
        Assert.True(HttpTemplateParser.TryParse(text, out var template, out var problem), problem?.ToString());
        Assert.Null(problem);
        Assert.Equal(expected, Describe(template));
        Assert.Equal(text, template.ToString());
    }

    [Theory]
    [InlineData("", 0, "begins with '/'")]
    [InlineData("v1", 0, "begins with '/'")]
    [InlineData("/v1/", 4, "empty")]
    [InlineData("//v1", 1, "empty")]
    [InlineData("/v1//x", 4, "empty")]
    [InlineData("/v1/{}", 5, "field name")]
    [InlineData("/v1/{1a}", 5, "field name")]
    [InlineData("/v1/{a.}", 7, "field name")]
    [InlineData("/v1/{.a}", 5, "field name")]
    [InlineData("/v1/{a..b}", 7, "field name")]
    [InlineData("/v1/{a", 6, "not closed")]
    [InlineData("/v1/{a=", 7, "empty")]
    [InlineData("/v1/{a=}", 7, "empty")]
    [InlineData("/v1/{a=x", 8, "not closed")]
    [InlineData("/v1/{a=x/", 9, "empty")]
    [InlineData("/v1/{a=*", 8, "not closed")]
    [InlineData("/v1/{a-b}", 6, "cannot follow")]
    [InlineData("/v1/{a b}", 6, "cannot follow")]
    [InlineData("/v1/{a=x/{b}}", 9, "inside another")]
    [InlineData("/v1/{a=x:y}", 8, "outside variables")]
    [InlineData("/v1/x{a}", 5, "whole")]
    [InlineData("/v1/{a}x", 7, "whole")]
    [InlineData("/v1/{a}{b}", 7, "whole")]
    [InlineData("/v1/{a}-{b}", 7, "whole")]
    [InlineData("/v1/x*", 5, "whole")]
    [InlineData("/v1/*x", 5, "whole")]
    [InlineData("/v1/***", 6, "whole")]
    [InlineData("/v1/a}", 5, "without '{'")]
    [InlineData("/v1/**/x/**", 9, "only once")]
    [InlineData("/v1/{a=**}/{b=**}", 14, "only once")]
    [InlineData("/v1/{a}/{a}", 8, "bound twice")]
    [InlineData("/v1/x:", 6, "verb is empty")]
    [InlineData("/v1/x:a/b", 7, "very end")]
    [InlineData("/v1/x:a:b", 7, "cannot stand in a verb")]
    [InlineData("/v1/x:{a}", 6, "verb is empty")]
    [InlineData("/v1/x:*", 6, "verb is empty")]
    [InlineData("/:x", 1, "empty")]
    [InlineData("/v1/a b", 5, "percent-encode")]
    [InlineData("/v1/a?b", 5, "percent-encode")]
    [InlineData("/v1/a#b", 5, "percent-encode")]
    [InlineData("/v1/a\\b", 5, "percent-encode")]
    [InlineData("/v1/a\0b", 5, "percent-encode")]
    [InlineData("/v1/a%2", 5, "two hexadecimal")]
    [InlineData("/v1/a%zz", 5, "two hexadecimal")]
    [InlineData("/v1/%ff", 4, "UTF-8")]
    [InlineData("/v1/../x", 4, "'..'")]
    [InlineData("/v1/./x", 4, "'.'")]
    [InlineData("/v1/%2e%2E", 4, "'.'")]
    public void MalformedTemplate_IsRefusedWithPositionAndAdvice(string text, int position, string advice)
    {
        Assert.False(HttpTemplateParser.TryParse(text, out var template, out var problem));
        Assert.Null(template);
        Assert.Equal(position, problem.Position);
        Assert.Contains(advice, problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TemplateOverALimit_IsRefused()
    {
        AssertRefused("/" + new string('a', HttpTemplateParser.MaxLength), "limit");
        AssertRefused(string.Concat(Enumerable.Repeat("/a", HttpTemplateParser.MaxSegments + 1)), "segments");
        AssertRefused(
            string.Concat(Enumerable.Range(0, HttpTemplateParser.MaxVariables + 1).Select(i => $"/{{a{i}}}")), "variables");

        static void AssertRefused(string text, string word)
        {
            Assert.False(HttpTemplateParser.TryParse(text, out _, out var problem));
            Assert.Contains(word, problem.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/{name}", "/v1/a%2Fb", "a%2Fb")]
    [InlineData("/v1/{name=shelves/*}", "/v1/shelves/7", "shelves/7")]
    [InlineData("/v1/{name=shelves/*}:close", "/v1/shelves/7:close", "shelves/7")]
    [InlineData("/v1/{name=shelves/*}:close", "/v1/shelves/7:8:close", "shelves/7:8")]
    [InlineData("/v1/{name=**}", "/v1", "")]
    [InlineData("/v1/{name=**}", "/v1/a/b/c", "a/b/c")]
    [InlineData("/v1/{name=**}:go", "/v1:go", "")]
    [InlineData("/v1/{name=a/**}", "/v1/a", "a")]
    [InlineData("/v1/{name=a/**}", "/v1/a/b", "a/b")]
    [InlineData("/v1/{p=a/**}/{id}", "/v1/a/x", "a|x")]
    [InlineData("/v1/{p=a/**}/{id}", "/v1/a/b/c/x", "a/b/c|x")]
    [InlineData("/v1/{p=**}/x/{id}:go", "/v1/a/x/y:go", "a|y")]
    [InlineData("/{p=**}/x/{id}", "/x/y", "|y")]
    [InlineData("/{a}/**/{b}/t/{c}", "/1/2/3/4/t/5", "1|4|5")]
    [InlineData("/{a}/**/{b}", "/1/2", "1|2")]
    [InlineData("/{a=**/x}/{b}", "/x/2", "x|2")]
    [InlineData("/v1/{name=s/*}", "/v1/s/7/", "s/7")]
    [InlineData("/v1/{a}/b/{c}", "/v1/x/b/y", "x|y")]
    public void Capture_CutsVariablesOutOfTheRawPath(string text, string path, string expected)
    {
        Assert.True(HttpTemplateParser.TryParse(text, out var template, out _));
        var captures = new Range[template.Variables.Length];
        template.Capture(path, captures);
        Assert.Equal(expected, string.Join('|', captures.Select(range => path[range])));
    }

    private static string Describe(HttpTemplate template)
    {
        var parts = new List<string>();
        var segments = template.Segments;
        for (var i = 0; i < segments.Length; i++)
        {
            var text = segments[i].Kind switch
            {
                SegmentKind.Any => "*",
                SegmentKind.Rest => "**",
                _ => segments[i].Literal.Contains(' ', StringComparison.Ordinal) ? $"[{segments[i].Literal}]" : segments[i].Literal,
            };
            var closes = false;
            foreach (var variable in template.Variables)
            {
                closes |= variable.First + variable.Count - 1 == i;
            }

            parts.Add((segments[i].Captured ? "<" : "") + text + (closes ? ">" : ""));
        }

        foreach (var variable in template.Variables)
        {
            parts.Add(variable.FieldPath + (variable.IsMultiSegment ? "+" : ""));
        }

        if (template.Verb is not null)
        {
            parts.Add(":" + template.Verb);
        }

        return string.Join(' ', parts);
    }
}
