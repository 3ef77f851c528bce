using System.Diagnostics.CodeAnalysis;
using Google.Api;
using Google.Protobuf;

namespace Transcoders.HttpRules;

/// <summary>Reads a google.api.HttpRule as configuration writes it: `{ "selector": "library.v1.Library.GetBook", "get": "/v1/{name}" }`.</summary>
public static class HttpRuleJson
{
    /// <summary>Reads one rule. Its templates and fields are looked at when a table is built.</summary>
    /// <param name="json">One JSON object, without comments.</param>
    /// <param name="rule">The rule; null on false.</param>
    /// <param name="problem">What is wrong with the JSON and what would be right; null on true.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out HttpRule? rule, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(json);
        rule = null;
        try
        {
            var read = JsonParser.Default.Parse<HttpRule>(json);
            problem = read.Selector.Length == 0 ? "the rule has no selector; `pkg.Service.Method` would be right." : null;
            rule = problem is null ? read : null;
        }
        catch (Exception e) when (e is InvalidJsonException or InvalidProtocolBufferException)
        {
            problem = $"the rule is not a google.api.HttpRule: {e.Message}; "
                + "its keys are selector, get, put, post, delete, patch, custom, body, response_body, additional_bindings.";
        }

        return problem is null;
    }

    /// <summary>Reads the rules of a configuration; what cannot be read is left out and told in <paramref name="problems"/>.</summary>
    public static IReadOnlyList<HttpRule> ParseAll(IReadOnlyList<string> rules, out IReadOnlyList<HttpRuleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var parsed = new List<HttpRule>();
        var found = new List<HttpRuleProblem>();
        problems = found;
        for (var i = 0; i < rules.Count; i++)
        {
            if (TryParse(rules[i], out var rule, out var problem))
            {
                parsed.Add(rule);
            }
            else
            {
                found.Add(new HttpRuleProblem($"HttpRules:{i}", "", "", problem));
            }
        }

        return parsed;
    }
}
