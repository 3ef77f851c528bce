using Transcoders.HttpRules;

namespace Transcoders.Tests.HttpRules;

/// <summary>Holds the trie against a matcher so plain that it can be seen to be right, over templates and paths from a seeded generator.</summary>
public sealed class HttpRuleMatcherOracleTests
{
    private static readonly string[] Literals = ["a", "b", "c", "a:x"];
    private static readonly string[] Methods = ["GET", "POST", "HEAD", "*"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Trie_AgreesWithTheOracle(int seed)
    {
        var random = new Random(seed);
        var found = 0;
        for (var round = 0; round < 60; round++)
        {
            var rules = new List<Rule>();
            var builder = new HttpRuleMatcherBuilder<Rule>();
            for (var i = 0; i < 30; i++)
            {
                var text = RandomTemplate(random);
                Assert.True(HttpTemplateParser.TryParse(text, out var template, out var problem), $"{text} {problem}");
                var rule = new Rule(Methods[random.Next(Methods.Length)], template);
                if (builder.TryAdd(rule.Method, template, rule, out _))
                {
                    rules.Add(rule);
                }
            }

            var matcher = builder.Build();
            for (var i = 0; i < 100; i++)
            {
                var method = Methods[random.Next(3)];
                var path = RandomPath(random);
                var expected = Oracle(rules, method, path, out var allowed);
                var actual = matcher.Match(method, path);
                Assert.True(ReferenceEquals(expected, actual.Value), $"{method} {path}: expected {expected}, got {actual.Value}");
                Assert.Equal(expected is not null ? HttpMatchKind.Found : allowed ? HttpMatchKind.MethodNotAllowed : HttpMatchKind.NotFound, actual.Kind);
                found += expected is null ? 0 : 1;
            }
        }

        // A generator whose paths never match would prove nothing.
        Assert.InRange(found, 1000, 5999);
    }

    /// <summary>All templates are tried; of those that match the best is taken, by comparing segment with segment from the left.</summary>
    private static Rule? Oracle(List<Rule> rules, string method, string path, out bool allowed)
    {
        allowed = false;
        foreach (var withVerb in new[] { true, false })
        {
            Rule? best = null;
            int[]? bestKey = null;
            foreach (var rule in rules)
            {
                var verb = rule.Template.Verb;
                if (verb is not null != withVerb || (withVerb && !path.EndsWith(":" + verb, StringComparison.Ordinal)))
                {
                    continue;
                }

                var segments = (withVerb ? path[..^(verb!.Length + 1)] : path)[1..].Split('/');
                if (segments[^1].Length == 0 || Key(rule.Template.Segments.ToArray(), segments) is not { } key)
                {
                    continue;
                }

                allowed = true;
                var rank = Rank(rule.Method, method);
                if (rank < 0)
                {
                    continue;
                }

                key = [.. key, int.MinValue, rank];
                if (bestKey is null || Compare(key, bestKey) < 0)
                {
                    best = rule;
                    bestKey = key;
                }
            }

            if (best is not null)
            {
                return best;
            }
        }

        return null;
    }

    /// <summary>0 for the method itself, 1 for HEAD by GET, 2 for `*`; -1 for none.</summary>
    private static int Rank(string bound, string asked) =>
        bound == asked ? 0 : bound == "GET" && asked == "HEAD" ? 1 : bound == "*" ? 2 : -1;

    /// <summary>What the template is worth on that path, smaller being better; null when it does not match.</summary>
    private static int[]? Key(TemplateSegment[] template, string[] segments)
    {
        var key = new List<int>();
        var at = 0;
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i].Kind == SegmentKind.Rest)
            {
                var tail = template.Length - 1 - i;
                if (segments.Length - tail < at)
                {
                    return null;
                }

                // A longer tail after ** is better.
                key.Add(1000 - tail);
                at = segments.Length - tail;
                continue;
            }

            if (at == segments.Length || (template[i].Kind == SegmentKind.Literal && template[i].Literal != segments[at]))
            {
                return null;
            }

            key.Add(template[i].Kind == SegmentKind.Any ? 2 : template[i].Captured ? 1 : 0);
            at++;
        }

        return at == segments.Length ? [.. key] : null;
    }

    private static int Compare(int[] a, int[] b)
    {
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    private static string RandomTemplate(Random random)
    {
        var text = "";
        var variables = 0;
        var hasRest = false;
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            text += "/" + Segment();
        }

        return random.Next(4) == 0 ? text + ":x" : text;

        string Segment() => random.Next(6) switch
        {
            0 or 1 or 2 => Literals[random.Next(3)],
            3 => "*",
            4 when !hasRest => Rest(),
            _ => $"{{v{variables++}={(random.Next(2) == 0 ? Literals[random.Next(3)] : "*")}}}",
        };

        string Rest()
        {
            hasRest = true;
            return random.Next(2) == 0 ? "**" : $"{{v{variables++}=a/**}}";
        }
    }

    private static string RandomPath(Random random)
    {
        var text = "";
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            text += "/" + Literals[random.Next(random.Next(3) == 0 ? 4 : 3)];
        }

        return text;
    }

    private sealed record Rule(string Method, HttpTemplate Template)
    {
        public override string ToString() => $"{Method} {Template}";
    }
}
