using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Gateway.Configuration;

/// <summary>The tree as IConfiguration. Children are found in constant time: the stock one scans all keys of the file for each section.</summary>
/// <remarks>Read-only and never reloaded: a new file is a new tree. Use from any thread.</remarks>
public class TreeConfiguration : IConfiguration
{
    private static readonly CancellationChangeToken Never = new(CancellationToken.None);

    private readonly string _path;

    internal TreeConfiguration(ConfigNode? node, string path = "")
    {
        Node = node;
        _path = path;
    }

    /// <summary>The node behind it; null for a section that is not there.</summary>
    internal ConfigNode? Node { get; }

    public string? this[string key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return Node?.Find(key)?.Value;
        }
        set => throw ReadOnly();
    }

    /// <summary>The section at <paramref name="key"/>, never null: one without value and children stands for what is not there.</summary>
    public IConfigurationSection GetSection(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new TreeSection(Node?.Find(key), key[(key.LastIndexOf(':') + 1)..], PathOf(key));
    }

    public IEnumerable<IConfigurationSection> GetChildren()
    {
        if (Node is null)
        {
            return [];
        }

        var children = new IConfigurationSection[Node.Children.Count];
        for (var i = 0; i < children.Length; i++)
        {
            var child = Node.Children[i];
            children[i] = new TreeSection(child, child.Key, PathOf(child.Key));
        }

        return children;
    }

    public IChangeToken GetReloadToken() => Never;

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}:{key}";

    private static NotSupportedException ReadOnly() => new("The configuration is read-only: change the file.");

    /// <summary>Any part below the root.</summary>
    private sealed class TreeSection(ConfigNode? node, string key, string path) : TreeConfiguration(node, path), IConfigurationSection
    {
        public string Key => key;

        public string Path => _path;

        public string? Value
        {
            get => Node?.Value;
            set => throw ReadOnly();
        }
    }
}
