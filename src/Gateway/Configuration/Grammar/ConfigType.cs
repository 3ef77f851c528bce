namespace Gateway.Configuration;

/// <summary>What may stand at a place of the file. The checker reads it, and the JSON Schema is printed from it.</summary>
internal abstract record ConfigType
{
    /// <summary>True for one value, which an environment variable can carry whole.</summary>
    public virtual bool IsScalar => true;
}

/// <summary>Any text. Numbers and booleans are taken as their text where YARP or ASP.NET does so.</summary>
internal sealed record TextType : ConfigType
{
    public static readonly TextType Strict = new();
    public static readonly TextType Lenient = new() { AnyScalar = true };

    /// <summary>A number or boolean counts as its text.</summary>
    public bool AnyScalar { get; init; }

    /// <summary>Continues the sentence that began with the value: what is wrong with it and what would be right; null when it is fine. Null: everything is.</summary>
    public Func<string, string?>? Check { get; init; }
}

/// <summary>One of a closed list of words, in any case.</summary>
/// <param name="Names">What this version knows, spelt as it is handed on.</param>
internal sealed record ChoiceType(params IReadOnlyList<string> Names) : ConfigType
{
    /// <summary>Words of the documentation that this version does not carry out yet.</summary>
    public IReadOnlyList<string> Later { get; init; } = [];

    /// <summary>The canonical spelling; null when it is none of them.</summary>
    public string? Find(string value)
    {
        foreach (var name in Names)
        {
            if (string.Equals(name, value, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        return null;
    }
}

internal sealed record BooleanType : ConfigType
{
    public static readonly BooleanType Instance = new();
}

/// <summary>A whole number.</summary>
internal sealed record IntegerType(long Min, long Max) : ConfigType;

/// <summary>A number with a fraction.</summary>
internal sealed record NumberType(double Min, double Max) : ConfigType;

/// <summary>A time span, `[d.]hh:mm:ss[.fffffff]`.</summary>
internal sealed record DurationType(TimeSpan Min, TimeSpan Max) : ConfigType
{
    /// <summary>Whatever the format can say; who binds it checks the range.</summary>
    public static readonly DurationType Any = new(TimeSpan.MinValue, TimeSpan.MaxValue);

    /// <summary>Longer than nothing, at most a day.</summary>
    public static readonly DurationType Positive = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));

    /// <summary>From nothing to a day.</summary>
    public static readonly DurationType NotNegative = new(TimeSpan.Zero, TimeSpan.FromDays(1));
}

/// <summary>A number of bytes, or text with a binary unit: `"4MiB"`.</summary>
internal sealed record SizeType(long Min, long Max) : ConfigType;

/// <summary>A list, every element alike.</summary>
internal sealed record ListType(ConfigType Item) : ConfigType
{
    public override bool IsScalar => false;

    public bool NotEmpty { get; init; }
}

/// <summary>Names of the writer's choice, every value alike.</summary>
/// <remarks>What: one entry (`a route`), for messages.</remarks>
internal sealed record MapType(ConfigType Item, string What) : ConfigType
{
    public override bool IsScalar => false;
}

/// <summary>One word of a list, or an object of numbers as names with a word of another list each.</summary>
/// <remarks>What: a name of the object (`an exit code from 1 to 255`), for messages.</remarks>
internal sealed record ChoiceOrMapType(ChoiceType Choice, IntegerType Name, ChoiceType Item, string What) : ConfigType;

/// <summary>Sections of others (Serilog, Logging): whatever they understand.</summary>
internal sealed record OpenType : ConfigType
{
    public static readonly OpenType Instance = new();

    public override bool IsScalar => false;
}

/// <summary>A section with a closed list of keys.</summary>
internal sealed record ObjectType : ConfigType
{
    private readonly Dictionary<string, ConfigKey> _byName;

    /// <param name="what">What it is, for messages: `a route`.</param>
    /// <param name="keys">In the order they are documented.</param>
    public ObjectType(string what, params IReadOnlyList<ConfigKey> keys)
    {
        What = what;
        Keys = keys;
        _byName = new Dictionary<string, ConfigKey>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys)
        {
            _byName.Add(key.Name, key);
        }
    }

    public string What { get; }

    public IReadOnlyList<ConfigKey> Keys { get; }

    public override bool IsScalar => false;

    public ConfigKey? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>One of several sections, told apart by which one's first key is present: a YARP transform.</summary>
internal sealed record OneOfType(string What, params IReadOnlyList<ObjectType> Alternatives) : ConfigType
{
    public override bool IsScalar => false;
}

/// <summary>One key of a section.</summary>
internal sealed record ConfigKey(string Name, ConfigType Type, string Description)
{
    /// <summary>Its absence is a problem.</summary>
    public bool Required { get; init; }

    /// <summary>What holds when it is absent, as JSON; null when there is nothing to say.</summary>
    public string? Default { get; init; }

    /// <summary>Documented, but not carried out by this version: what to do instead. Null for all others.</summary>
    public string? Later { get; init; }

    /// <summary>At least one of this key and those named must be present.</summary>
    public string? Or { get; init; }
}
