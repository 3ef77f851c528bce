using System.Collections.Frozen;
using Google.Api;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>
/// How the methods of a schema are called on a server that speaks HTTP, by the first binding of each; `POST /pkg.Service/Method` with a
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
        var first = new Dictionary<string, HttpBinding>(StringComparer.Ordinal);
        foreach (var binding in table.Bindings)
        {
            first.TryAdd(binding.Method.FullName, binding);
        }

        var methods = new Dictionary<string, RestMethod>(StringComparer.Ordinal);
        foreach (var method in catalog.Methods)
        {
            methods[method.FullName] = Compile(method, first, table, plans, problems);
        }

        return new RestMethods(methods);
    }

    /// <summary>The method of that name, `pkg.Service/Method`; null when the schema has none.</summary>
    public RestMethod? Find(string fullName) => _byName.GetValueOrDefault(fullName);

    private static RestMethod Compile(
        MethodSchema method, Dictionary<string, HttpBinding> first, HttpRuleTable table, PayloadPlanCompiler plans, IReadOnlyList<HttpRuleProblem> problems)
    {
        if (!first.TryGetValue(method.FullName, out var binding))
        {
            foreach (var problem in problems)
            {
                if (problem.Method == method.FullName)
                {
                    return new RestMethod(method, null, null, null, problem.ToString());
                }
            }

            binding = table.AutomaticBindings[method.Path];
        }

        var unweaver = RequestUnweaver.Compile(binding, plans, out var refusal);
        return new RestMethod(method, binding, unweaver, binding.Response.Field, refusal);
    }
}
