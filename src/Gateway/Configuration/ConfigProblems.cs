namespace Gateway.Configuration;

/// <summary>Collects what is wrong with one file, so that all of it is reported at once.</summary>
internal sealed class ConfigProblems(string file)
{
    /// <summary>Nobody reads further; a file that is hostile or no configuration at all must not fill the log.</summary>
    public const int MaxProblems = 1000;

    private readonly List<ConfigProblem> _problems = [];
    private bool _more;

    public string File { get; } = file;

    public int Count => _problems.Count;

    /// <summary>Reports a value.</summary>
    public void Add(ConfigNode node, string text) =>
        Add(node.Position, node.Path, node.Variable is null ? text : $"{text} (set by the environment variable {node.Variable})");

    /// <summary>Reports a key.</summary>
    public void AddKey(ConfigNode node, string text) =>
        Add(node.KeyPosition, node.Path, node.Variable is null ? text : $"{text} (set by the environment variable {node.Variable})");

    public void Add(SourcePosition? position, string path, string text)
    {
        if (_problems.Count >= MaxProblems)
        {
            _more = true;
            return;
        }

        _problems.Add(new ConfigProblem(position, path, text));
    }

    /// <summary>All problems in the order of the file; those of the environment last.</summary>
    public IReadOnlyList<ConfigProblem> ToSorted()
    {
        // Stable, so that two problems of one place keep the order they were found in.
        var sorted = _problems
            .OrderBy(p => p.Position is null)
            .ThenBy(p => p.Position?.Line ?? 0)
            .ThenBy(p => p.Position?.Column ?? 0)
            .ToList();
        if (_more)
        {
            sorted.Add(new ConfigProblem(null, "", $"more than {MaxProblems} problems; the rest is not listed"));
        }

        return sorted;
    }
}
