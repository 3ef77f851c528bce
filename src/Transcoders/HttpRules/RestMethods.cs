using System.Collections.Frozen;
using Google.Api;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>
/// How the methods of a schema are called on a server that speaks HTTP, by the first binding of each that can carry the message; `POST /pkg.Service/Method` with a
/// JSON body where a method has no rule. Immutable, used from any thread.
/// </summary>
public sealed class RestMethods
{
    private readonly FrozenDictionary<string, RestMethod> _byName;

    private RestMethods(Dictionary<string, RestMethod> byName) => _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Compiles every method of a catalogue.</summary>
    /// <param name="catalog">The schema.</param>
    /// <param name="rules">Rules over the annotations, each with its selector. What is wrong with them is reported where the HTTP edge compiles them.</param>
    public static RestMethods Build(SchemaCatalog catalog, IReadOnlyList<HttpRule> rules)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(rules);
        var plans = new PayloadPlanCompiler(catalog);
        var table = HttpRuleTable.Build(catalog.Methods, new HttpRuleTableOptions { Rules = rules }, plans, out var problems);
        var byMethod = new Dictionary<string, List<HttpBinding>>(StringComparer.Ordinal);
        foreach (var binding in table.Bindings)
        {
            if (!byMethod.TryGetValue(binding.Method.FullName, out var bindings))
            {
                byMethod.Add(binding.Method.FullName, bindings = []);
            }

            bindings.Add(binding);
        }

        var methods = new Dictionary<string, RestMethod>(StringComparer.Ordinal);
        foreach (var method in catalog.Methods)
        {
            methods[method.FullName] = Compile(method, byMethod, table, plans, problems);
        }

        return new RestMethods(methods);
    }

    /// <summary>The method of that name, `pkg.Service/Method`; null when the schema has none.</summary>
    public RestMethod? Find(string fullName) => _byName.GetValueOrDefault(fullName);

    private static RestMethod Compile(
        MethodSchema method, Dictionary<string, List<HttpBinding>> byMethod, HttpRuleTable table, PayloadPlanCompiler plans, IReadOnlyList<HttpRuleProblem> problems)
    {
        if (!byMethod.TryGetValue(method.FullName, out var bindings))
        {
            foreach (var problem in problems)
            {
                if (problem.Method == method.FullName)
                {
                    return new RestMethod(method, null, [], problem.ToString());
                }
            }

            bindings = [table.AutomaticBindings[method.Path]];
        }

        // The others stand in for the first where their answers are read alike.
        string? refusal = null;
        var answer = bindings[0].Response;
        HttpBinding? described = null;
        var ways = new List<RequestUnweaver>();
        foreach (var binding in bindings)
        {
            if (!ReferenceEquals(binding.Response.Field, answer.Field))
            {
                continue;
            }

            if (RequestUnweaver.Compile(binding, plans, out var problem) is { } way)
            {
                described ??= binding;
                ways.Add(way);
            }

            refusal ??= problem;
        }

        return new RestMethod(method, described ?? bindings[0], [.. ways], ways.Count == 0 ? refusal : null);
    }
}
