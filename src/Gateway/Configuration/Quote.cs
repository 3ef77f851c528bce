namespace Gateway.Configuration;

/// <summary>Makes text from a file fit to stand in a message.</summary>
internal static class Quote
{
    private const int MaxLength = 80;

    /// <summary>Control characters replaced, cut to a readable length.</summary>
    public static string Safe(string text)
    {
        var cut = text.Length > MaxLength ? string.Concat(text.AsSpan(0, MaxLength), "…") : text;
        foreach (var c in cut)
        {
            if (char.IsControl(c))
            {
                return string.Create(cut.Length, cut, static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                    {
                        span[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
                    }
                });
            }
        }

        return cut;
    }

    /// <summary>How a value is shown: as the file spells it. One from the environment may be a secret and is not shown.</summary>
    public static string Value(ConfigNode node) => node switch
    {
        { Kind: ConfigNodeKind.Object } => "an object",
        { Kind: ConfigNodeKind.Array } => "a list",
        { Kind: ConfigNodeKind.Null } => "null",
        { Written: null } => "the value of the environment",
        _ => $"'{Safe(node.Written)}'",
    };
}
