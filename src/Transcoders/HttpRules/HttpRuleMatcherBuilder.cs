namespace Transcoders.HttpRules;

/// <summary>Collects templates and compiles them into a <see cref="HttpRuleMatcher{T}"/>. Used at load, by one thread.</summary>
public sealed class HttpRuleMatcherBuilder<T>
    where T : class
{
    /// <summary>The method that stands for every method not otherwise bound.</summary>
    public const string AnyMethod = "*";

    /// <summary>Most distinct methods of one matcher: each is a bit.</summary>
    public const int MaxMethods = 60;

    private readonly DraftNode _root = new();
    private readonly List<string> _methods = ["GET", "HEAD"];
    private readonly List<string> _verbs = [];
    private int _longestLiteral;

    /// <summary>Adds one binding. False when an equal template has the method already; <paramref name="holder"/> is whose.</summary>
    /// <exception cref="InvalidOperationException">The method is one too many; see <see cref="TryReserveMethod"/>.</exception>
    public bool TryAdd(string method, HttpTemplate template, T value, out T? holder)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(value);
        var node = _root;
        DraftNode? rest = null;
        var afterRest = 0;
        foreach (var segment in template.Segments)
        {
            afterRest++;
            switch (segment.Kind)
            {
                case SegmentKind.Literal:
                    _longestLiteral = Math.Max(_longestLiteral, segment.Literal.Length);
                    var literals = segment.Captured ? node.Captured : node.Plain;
                    if (!literals.TryGetValue(segment.Literal, out var next))
                    {
                        literals.Add(segment.Literal, next = new DraftNode());
                    }

                    node = next;
                    break;
                case SegmentKind.Any:
                    node = node.Any ??= new DraftNode();
                    break;
                default:
                    rest = node;
                    afterRest = 0;
                    node = node.Rest ??= new DraftNode();
                    break;
            }
        }

        var key = (template.Verb is null ? -1 : Index(_verbs, template.Verb), method == AnyMethod ? -1 : MethodIndex(method));
        if (node.Ends.TryGetValue(key, out holder))
        {
            return false;
        }

        node.Ends.Add(key, value);
        rest?.RestLengths.Add(afterRest);
        return true;
    }

    /// <summary>False when the method would be one too many.</summary>
    public bool TryReserveMethod(string method)
    {
        if (method == AnyMethod || _methods.Contains(method))
        {
            return true;
        }

        if (_methods.Count == MaxMethods)
        {
            return false;
        }

        _methods.Add(method);
        return true;
    }

    /// <param name="ignoreTrailingSlash">True makes `/a/` the same as `/a`.</param>
    public HttpRuleMatcher<T> Build(bool ignoreTrailingSlash = false) =>
        new(Compile(_root), [.. _methods], [.. _verbs], _longestLiteral, ignoreTrailingSlash);

    private int MethodIndex(string method) => TryReserveMethod(method)
        ? _methods.IndexOf(method)
        : throw new InvalidOperationException($"The rules use more than {MaxMethods} distinct HTTP methods.");

    private static int Index(List<string> names, string name)
    {
        var index = names.IndexOf(name);
        if (index < 0)
        {
            index = names.Count;
            names.Add(name);
        }

        return index;
    }

    private MatcherNode<T> Compile(DraftNode draft)
    {
        var literals = new List<LiteralEdge<T>>();
        foreach (var (text, plain) in draft.Plain)
        {
            var captured = draft.Captured.GetValueOrDefault(text);
            literals.Add(new(text, Compile(plain), captured is null ? null : Compile(captured)));
        }

        foreach (var (text, captured) in draft.Captured)
        {
            if (!draft.Plain.ContainsKey(text))
            {
                literals.Add(new(text, null, Compile(captured)));
            }
        }

        int[] restLengths = [.. draft.RestLengths];
        Array.Reverse(restLengths);
        return new(
            [.. literals],
            draft.Any is null ? null : Compile(draft.Any),
            draft.Rest is null ? null : Compile(draft.Rest),
            restLengths,
            CompileEnds(draft));
    }

    private MatcherEnd<T>[] CompileEnds(DraftNode draft)
    {
        var ends = new List<MatcherEnd<T>>();
        for (var verb = -1; verb < _verbs.Count && draft.Ends.Count != 0; verb++)
        {
            var byMethod = new T?[_methods.Count];
            var methods = 0UL;
            for (var method = 0; method < byMethod.Length; method++)
            {
                if (draft.Ends.TryGetValue((verb, method), out byMethod[method]))
                {
                    methods |= 1UL << method;
                }
            }

            // HEAD is GET without the content (RFC 9110 §9.3.2).
            const int get = 0, head = 1;
            if (byMethod[get] is not null)
            {
                byMethod[head] ??= byMethod[get];
                methods |= 1UL << head;
            }

            var otherwise = draft.Ends.GetValueOrDefault((verb, -1));
            if (methods != 0 || otherwise is not null)
            {
                ends.Add(new(verb, byMethod, otherwise, methods));
            }
        }

        return [.. ends];
    }

    private sealed class DraftNode
    {
        public Dictionary<string, DraftNode> Plain { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, DraftNode> Captured { get; } = new(StringComparer.Ordinal);

        public DraftNode? Any { get; set; }

        public DraftNode? Rest { get; set; }

        public SortedSet<int> RestLengths { get; } = [];

        public Dictionary<(int Verb, int Method), T> Ends { get; } = [];
    }
}
