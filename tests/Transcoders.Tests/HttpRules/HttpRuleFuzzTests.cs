using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Transcoders.Tests.HttpRules;

/// <summary>Throws seeded garbage at everything here that reads text from strangers: it must answer, never break.</summary>
public sealed class HttpRuleFuzzTests
{
    private const string Letters = "/{}=*:.%aF0_-~ é\0?#&+/{}**::%%25%2F%2e";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TemplateParser_AnswersAnyText(int seed)
    {
        var random = new Random(seed);
        var parsed = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var text = Mutate(random, random.Next(3) == 0 ? "/v1/{name=shelves/*/books/**}/{id}:publish" : "/a/{b}");
            if (HttpTemplateParser.TryParse(text, out var template, out var problem))
            {
                parsed++;
                Assert.Null(problem);

                // What parses must compile, and whatever it matches must be cut without leaving the path.
                var builder = new HttpRuleMatcherBuilder<HttpTemplate>();
                Assert.True(builder.TryAdd("GET", template, template, out _));
                var path = Mutate(random, "/v1/shelves/1/books/2/x:publish");
                if (builder.Build(ignoreTrailingSlash: true).Match("GET", path).IsFound)
                {
                    Cut(template, path);
                }
            }
            else
            {
                Assert.InRange(problem.Position, 0, text.Length);
                Assert.NotEmpty(problem.Text);
            }
        }

        Assert.InRange(parsed, 100, 29_900);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Weaver_AnswersAnyUrl(int seed)
    {
        var random = new Random(seed);
        var file = RuleFile.Load("query");
        var table = RuleTables.Build(file.Json, out _);
        var targets = file.Cases.Select(given => given["request"]!.GetValue<string>()).ToArray();
        using var output = new PayloadBuffer(1 << 16);
        var woven = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var line = targets[random.Next(targets.Length)];
            var verb = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            var target = Mutate(random, line[(verb.Length + 1)..]);
            var mark = target.IndexOf('?', StringComparison.Ordinal);
            var path = mark < 0 ? target : target[..mark];
            var match = table.Match(verb, path);
            if (!match.IsFound)
            {
                continue;
            }

            output.Clear();
            try
            {
                match.Value!.Weaver.Weave(path, mark < 0 ? "" : target.AsSpan(mark + 1), verb, null, default, output);
            }
            catch (CallException e)
            {
                Assert.Equal(StatusCode.InvalidArgument, e.Status.Code);
                continue;
            }

            // What was written must be a message of that type.
            RuleTables.Generated(match.Value!.Method.Input.FullName).Parser.ParseFrom(output.WrittenSpan);
            woven++;
        }

        Assert.InRange(woven, 100, 19_900);
    }

    private static void Cut(HttpTemplate template, string path)
    {
        var captures = new Range[template.Variables.Length];
        template.Capture(path, captures);
        foreach (var range in captures)
        {
            var (offset, length) = range.GetOffsetAndLength(path.Length);
            Assert.InRange(offset + length, 0, path.Length);
        }
    }

    private static string Mutate(Random random, string text)
    {
        var letters = text.ToList();
        for (var i = random.Next(4); i > 0; i--)
        {
            var at = random.Next(letters.Count + 1);
            switch (random.Next(3))
            {
                case 0:
                    letters.Insert(at, Letters[random.Next(Letters.Length)]);
                    break;
                case 1 when at < letters.Count:
                    letters.RemoveAt(at);
                    break;
                case 2 when at < letters.Count:
                    letters[at] = Letters[random.Next(Letters.Length)];
                    break;
            }
        }

        return new string([.. letters]);
    }
}
