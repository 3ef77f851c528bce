using System.Collections.Frozen;
using Google.Api;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>Every way HTTP reaches the methods of a schema, compiled. Immutable, used from any thread.</summary>
public sealed class HttpRuleTable
{
    private readonly HttpRuleMatcher<HttpBinding> _rules;
    private readonly FrozenDictionary<string, HttpBinding> _automatic;
    private readonly FrozenDictionary<string, HttpBinding>.AlternateLookup<ReadOnlySpan<char>> _automaticByPath;
    private readonly bool _ignoreTrailingSlash;

    private HttpRuleTable(
        IReadOnlyList<HttpBinding> bindings, HttpRuleMatcher<HttpBinding> rules, Dictionary<string, HttpBinding> automatic,
        bool ignoreTrailingSlash)
    {
        Bindings = bindings;
        _rules = rules;
        _automatic = automatic.ToFrozenDictionary(StringComparer.Ordinal);
        _automaticByPath = _automatic.GetAlternateLookup<ReadOnlySpan<char>>();
        _ignoreTrailingSlash = ignoreTrailingSlash;
    }

    /// <summary>The bindings that rules made, in the order of methods and rules.</summary>
    public IReadOnlyList<HttpBinding> Bindings { get; }

    /// <summary>The bindings of the automatic mapping, by path.</summary>
    public IReadOnlyDictionary<string, HttpBinding> AutomaticBindings => _automatic;

    /// <summary>Compiles the rules of all methods. What is wrong is left out of the table and told in <paramref name="problems"/>, all at once.</summary>
    /// <param name="methods">The methods to serve.</param>
    /// <param name="options">Choices.</param>
    /// <param name="plans">Compiles the JSON conversions that weavers and answers use.</param>
    /// <param name="problems">Empty when every rule is served.</param>
    public static HttpRuleTable Build(
        IReadOnlyList<MethodSchema> methods, HttpRuleTableOptions options, PayloadPlanCompiler plans,
        out IReadOnlyList<HttpRuleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plans);
        var found = new List<HttpRuleProblem>();
        problems = found;
        var compiler = new HttpBindingCompiler(plans, options.Weave, found);
        var overrides = ReadOverrides(methods, options.Rules, found);
        var builder = new HttpRuleMatcherBuilder<HttpBinding>();
        var kept = new List<HttpBinding>();
        var automatic = new Dictionary<string, HttpBinding>(StringComparer.Ordinal);
        var ofMethod = new List<HttpBinding>();
        foreach (var method in methods)
        {
            ofMethod.Clear();
            foreach (var rule in overrides.TryGetValue(Selector(method), out var over) ? [over] : method.HttpRules)
            {
                compiler.Compile(method, rule, ofMethod);
            }

            foreach (var binding in ofMethod)
            {
                Add(binding, builder, kept, found);
            }

            if (options.AutoMapping)
            {
                automatic.TryAdd(method.Path, compiler.CompileAutomatic(method));
            }
        }

        return new HttpRuleTable(kept, builder.Build(options.IgnoreTrailingSlash), automatic, options.IgnoreTrailingSlash);
    }

    /// <summary>Finds the binding of a request line. Rules go before the automatic mapping. Allocates nothing when it finds one.</summary>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="rawPath">The path as sent, percent-encoded, without the query.</param>
    public HttpRuleMatch<HttpBinding> Match(string verb, ReadOnlySpan<char> rawPath)
    {
        var match = _rules.Match(verb, rawPath);
        if (match.Kind is HttpMatchKind.Found or HttpMatchKind.Malformed || FindAutomatic(rawPath) is not { } automatic)
        {
            return match;
        }

        if (verb == automatic.Verb)
        {
            return new(HttpMatchKind.Found, automatic, null, null);
        }

        return new(HttpMatchKind.MethodNotAllowed, null, WithPost(match.Allow), null);
    }

    private HttpBinding? FindAutomatic(ReadOnlySpan<char> rawPath)
    {
        if (_automatic.Count == 0)
        {
            return null;
        }

        var path = _ignoreTrailingSlash && rawPath.Length > 1 && rawPath[^1] == '/' ? rawPath[..^1] : rawPath;
        Span<char> buffer = stackalloc char[LiteralText.BufferSize];
        if (path.Count('/') != 2 || !LiteralText.TryDecode(path, LiteralText.BufferSize, buffer, out var decoded))
        {
            return null;
        }

        return _automaticByPath.TryGetValue(decoded, out var binding) ? binding : null;
    }

    private static string WithPost(string? allow)
    {
        if (allow is null)
        {
            return "POST";
        }

        var names = new List<string>(allow.Split(", "));
        if (!names.Contains("POST"))
        {
            names.Add("POST");
            names.Sort(StringComparer.Ordinal);
        }

        return string.Join(", ", names);
    }

    private static void Add(
        HttpBinding binding, HttpRuleMatcherBuilder<HttpBinding> builder, List<HttpBinding> kept, List<HttpRuleProblem> problems)
    {
        if (!builder.TryReserveMethod(binding.Verb))
        {
            problems.Add(new(
                binding.Method.FullName, binding.ToString(), "custom.kind",
                $"the rules use more than {HttpRuleMatcherBuilder<HttpBinding>.MaxMethods} distinct HTTP methods; use fewer."));
        }
        else if (builder.TryAdd(binding.Verb, binding.Template, binding, out var holder))
        {
            kept.Add(binding);
        }
        else
        {
            problems.Add(new(
                binding.Method.FullName, binding.ToString(), "",
                $"'{holder}' of {holder!.Method.FullName} matches the same requests; only one of them can be reached."));
        }
    }

    private static Dictionary<string, HttpRule> ReadOverrides(
        IReadOnlyList<MethodSchema> methods, IReadOnlyList<HttpRule> rules, List<HttpRuleProblem> problems)
    {
        var selectors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in methods)
        {
            selectors.Add(Selector(method));
        }

        var overrides = new Dictionary<string, HttpRule>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            if (selectors.Contains(rule.Selector))
            {
                overrides[rule.Selector] = rule;
            }
            else
            {
                problems.Add(new(
                    rule.Selector, "", "selector",
                    rule.Selector.Length == 0
                        ? "the rule has no selector; `pkg.Service.Method` would be right."
                        : "no method answers to this selector; `pkg.Service.Method` would be right."));
            }
        }

        return overrides;
    }

    private static string Selector(MethodSchema method) => method.FullName.Replace('/', '.');
}
