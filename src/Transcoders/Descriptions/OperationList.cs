using Transcoders.HttpRules;
using Transcoders.Schema;

namespace Transcoders.Descriptions;

/// <summary>One way to call a method, as a document tells it.</summary>
/// <param name="Id">Unique in its document.</param>
/// <param name="Verb">The HTTP method.</param>
/// <param name="Binding">The rule behind it.</param>
/// <param name="Pattern">Its path, with names of its own.</param>
internal sealed record DescribedOperation(string Id, string Verb, HttpBinding Binding, UrlPattern Pattern);

/// <summary>A path with the operations it has; they share the names of the first one's parameters.</summary>
internal sealed record DescribedPath(string Path, UrlPattern Pattern, List<DescribedOperation> Operations)
{
    public DescribedOperation? Find(string verb)
    {
        foreach (var operation in Operations)
        {
            if (operation.Verb == verb)
            {
                return operation;
            }
        }

        return null;
    }
}

/// <summary>What a route's clients can call by URL, in the order of the schema; and what of it a document cannot tell.</summary>
internal sealed class OperationList
{
    /// <summary>Most sentences about what is left out.</summary>
    private const int MaxNotes = 20;

    private readonly DescribedRoute _route;
    private readonly Dictionary<string, DescribedPath> _byKey = new(StringComparer.Ordinal);
    private readonly List<DescribedPath> _paths = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _methods = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private int _leftOut;

    public OperationList(DescribedRoute route)
    {
        _route = route;
        foreach (var binding in route.Rules.Bindings)
        {
            if (binding.Verb != "*")
            {
                Add(binding, binding.Verb);
            }
        }

        // A rule for every method comes last: it gets what is left.
        foreach (var binding in route.Rules.Bindings)
        {
            if (binding.Verb == "*")
            {
                Add(binding, binding.HasNoBody ? "GET" : "POST");
            }
        }

        AddAutomatic();
        if (_leftOut > 0)
        {
            _notes.Add($"{_leftOut} more are not described.");
        }
    }

    public IReadOnlyList<DescribedPath> Paths => _paths;

    /// <summary>Why something that can be called is not described, a sentence each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Only methods that no rule reaches: for the others it is one more way to say the same.</summary>
    private void AddAutomatic()
    {
        foreach (var method in _route.Catalog.Methods)
        {
            if (!_methods.Contains(method.FullName) && _route.Rules.AutomaticBindings.TryGetValue(method.Path, out var binding))
            {
                Add(binding, binding.Verb);
            }
        }
    }

    private void Add(HttpBinding binding, string verb)
    {
        _methods.Add(binding.Method.FullName);
        if (!(_route.OnHttp(binding) || _route.OnSse(binding) || _route.OnWebSocket(binding)))
        {
            return;
        }

        var pattern = UrlPattern.Of(binding);
        if (_route.PublicPath(pattern.Path) is not { } path || !Allows(verb))
        {
            return;
        }

        if (!IsDescribable(verb))
        {
            Note($"`{binding}`: OpenAPI has no word for this method.");
            return;
        }

        if (!_byKey.TryGetValue(pattern.Key, out var described))
        {
            _byKey.Add(pattern.Key, described = new DescribedPath(path, pattern, []));
            _paths.Add(described);
        }
        else if (described.Find(verb) is { } other)
        {
            Note($"`{binding}`: in a document it is the same as `{other.Binding}`.");
            return;
        }

        described.Operations.Add(new DescribedOperation(NewId(binding.Method), verb, binding, pattern));
    }

    private bool Allows(string verb)
    {
        foreach (var allowed in _route.Methods ?? [verb])
        {
            if (allowed.Equals(verb, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Source: OpenAPI 3.1, Path Item Object.</summary>
    private static bool IsDescribable(string verb) => verb is "GET" or "PUT" or "POST" or "DELETE" or "OPTIONS" or "HEAD" or "PATCH" or "TRACE";

    private void Note(string sentence)
    {
        if (_notes.Count < MaxNotes)
        {
            _notes.Add(sentence);
        }
        else
        {
            _leftOut++;
        }
    }

    /// <summary>`Library_GetBook`, for more bindings `Library_GetBook2`.</summary>
    private string NewId(MethodSchema method)
    {
        var service = method.ServiceName[(method.ServiceName.LastIndexOf('.') + 1)..];
        var name = method.FullName[(method.ServiceName.Length + 1)..];
        var id = $"{service}_{name}";
        for (var n = 2; !_ids.Add(id); n++)
        {
            id = $"{service}_{name}{n}";
        }

        return id;
    }
}
