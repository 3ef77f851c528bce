namespace Gateway.Configuration;

/// <summary>Typed access to a section that the checker has seen. What was reported there reads as absent here.</summary>
internal readonly struct SettingsReader(ConfigNode? section)
{
    public ConfigNode? Node => section;

    public bool Exists => section is { Kind: not ConfigNodeKind.Null };

    public SettingsReader Section(string key) => new(Find(key));

    public string? Text(string key) => Find(key)?.Value;

    public string Text(string key, string absent) => Text(key) ?? absent;

    /// <summary>A word in its canonical spelling.</summary>
    public string Choice(string key, ChoiceType choice, string absent) =>
        Text(key) is { } value && choice.Find(value) is { } name ? name : absent;

    /// <summary>A word of a list that is spelt in lower case throughout.</summary>
    public string Word(string key, string absent) => Text(key)?.ToLowerInvariant() ?? absent;

    public bool Flag(string key, bool absent) => Text(key) is { } value && bool.TryParse(value, out var flag) ? flag : absent;

    public bool? Flag(string key) => Text(key) is { } value && bool.TryParse(value, out var flag) ? flag : null;

    public long? Integer(string key) => Text(key) is { } value && ConfigValues.TryInteger(value, out var number) ? number : null;

    public int Int32(string key, int absent) => Integer(key) is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : absent;

    public int? Int32(string key) => Integer(key) is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : null;

    public double Number(string key, double absent) => Text(key) is { } value && ConfigValues.TryNumber(value, out var number) ? number : absent;

    public long? Size(string key) => Text(key) is { } value && ConfigValues.TrySize(value, out var size) ? size : null;

    public int? Size32(string key) => Size(key) is { } value ? (int)Math.Min(value, int.MaxValue) : null;

    public TimeSpan? Duration(string key) => Text(key) is { } value && ConfigValues.TryDuration(value, out var span) ? span : null;

    public TimeSpan Duration(string key, TimeSpan absent) => Duration(key) ?? absent;

    /// <summary>The texts of a list; null when it is absent.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        if (Find(key) is not { IsContainer: true } list)
        {
            return null;
        }

        var texts = new List<string>(list.Children.Count);
        foreach (var item in list.Children)
        {
            texts.Add(item.Value ?? "");
        }

        return texts;
    }

    public IReadOnlyDictionary<string, string> TextMap(string key)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Find(key)?.Children ?? [])
        {
            map[pair.Key] = pair.Value ?? "";
        }

        return map;
    }

    private ConfigNode? Find(string key) => section?.Child(key);
}
