using System.Globalization;

namespace Gateway.Configuration;

/// <summary>What a node of the configuration tree is. Values from the environment are always Text.</summary>
internal enum ConfigNodeKind
{
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

/// <summary>One node of the merged tree: a value or a container, with the place it came from.</summary>
/// <remarks>Names are case-insensitive, as everywhere in ASP.NET configuration. Written while reading, then only read, from any thread.</remarks>
internal sealed class ConfigNode(string key, ConfigNode? parent)
{
    /// <summary>Below this many children a scan beats a dictionary.</summary>
    private const int IndexedFrom = 8;

    private readonly List<ConfigNode> _children = [];
    private Dictionary<string, ConfigNode>? _byKey;

    /// <summary>The name as its writer spelt it; the index for an element of a list.</summary>
    public string Key { get; } = key;

    public ConfigNode? Parent { get; } = parent;

    public ConfigNodeKind Kind { get; set; }

    /// <summary>The value with `${NAME}` replaced, as IConfiguration spells it (`True`, `8080`); null for containers and null.</summary>
    public string? Value { get; set; }

    /// <summary>The value as the file spells it, safe to show; null for containers and values from the environment.</summary>
    public string? Written { get; set; }

    /// <summary>Where the key stands (the value, for an element of a list); null when it came from the environment.</summary>
    public SourcePosition? KeyPosition { get; set; }

    /// <summary>Where the value stands; null when it came from the environment.</summary>
    public SourcePosition? Position { get; set; }

    /// <summary>The environment variable that set the value; null when the file did.</summary>
    public string? Variable { get; set; }

    public IReadOnlyList<ConfigNode> Children => _children;

    public bool IsContainer => Kind is ConfigNodeKind.Object or ConfigNodeKind.Array;

    /// <summary>The path with colons; empty for the root.</summary>
    public string Path => Parent switch
    {
        null => "",
        { Parent: null } => Key,
        _ => $"{Parent.Path}:{Key}",
    };

    /// <summary>The child called <paramref name="key"/> in any case; null when there is none.</summary>
    public ConfigNode? Child(ReadOnlySpan<char> key)
    {
        if (_byKey is not null)
        {
            return _byKey.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var found) ? found : null;
        }

        foreach (var child in _children)
        {
            if (key.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
            {
                return child;
            }
        }

        return null;
    }

    /// <summary>The node at <paramref name="path"/> below this one (`A:B:C`); null when there is none.</summary>
    public ConfigNode? Find(ReadOnlySpan<char> path)
    {
        var node = this;
        foreach (var segment in path.Split(':'))
        {
            node = node.Child(path[segment]);
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>Adds a child that must not exist yet. Elements of a list keep the order of their indices.</summary>
    public ConfigNode Add(string key)
    {
        var child = new ConfigNode(key, this);
        _children.Insert(InsertionIndex(key), child);
        if (_byKey is not null)
        {
            _byKey.Add(key, child);
        }
        else if (_children.Count > IndexedFrom)
        {
            _byKey = new Dictionary<string, ConfigNode>(StringComparer.OrdinalIgnoreCase);
            foreach (var existing in _children)
            {
                _byKey.Add(existing.Key, existing);
            }
        }

        return child;
    }

    /// <summary>Turns a value into a container, or a container into a value: the last source wins.</summary>
    public void Become(ConfigNodeKind kind)
    {
        Kind = kind;
        Value = null;
        Written = null;
        if (!IsContainer)
        {
            _children.Clear();
            _byKey = null;
        }
    }

    private int InsertionIndex(string key)
    {
        // The file brings elements in order; only the environment can bring one that belongs before another.
        if (_children.Count == 0 || !TryIndex(key, out var index) || !TryIndex(_children[^1].Key, out var last) || index > last)
        {
            return _children.Count;
        }

        var at = _children.FindIndex(c => TryIndex(c.Key, out var other) && other > index);
        return at < 0 ? _children.Count : at;
    }

    public static bool TryIndex(string key, out int index) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
