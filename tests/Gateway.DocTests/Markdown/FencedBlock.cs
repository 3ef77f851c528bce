namespace Gateway.DocTests.Markdown;

/// <summary>One fenced block of a document, with the comment that stands right above it.</summary>
/// <param name="Language">The word after the fence; empty for none.</param>
/// <param name="Marker">The text of the HTML comment above, trimmed; empty for none.</param>
/// <param name="Line">The line of the fence, counted from one.</param>
/// <param name="Lines">What is inside.</param>
internal sealed record FencedBlock(string Language, string Marker, int Line, IReadOnlyList<string> Lines)
{
    private const string NotRunPrefix = "not run:";
    private const string BackgroundPrefix = "background:";
    private const string ConfigPrefix = "config";

    /// <summary>Commands and what they print.</summary>
    public bool IsConsole => Language == "console";

    /// <summary>True for a block that says why it is not run.</summary>
    public bool IsNotRun => Marker.StartsWith(NotRunPrefix, StringComparison.Ordinal) && Marker.Length > NotRunPrefix.Length + 1;

    /// <summary>Addresses that answer once the block's one command is up; empty for commands that end by themselves.</summary>
    public IReadOnlyList<string> Background => Marker.StartsWith(BackgroundPrefix, StringComparison.Ordinal)
        ? Marker[BackgroundPrefix.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        : [];

    public bool IsJson => Language is "json" or "jsonc";

    /// <summary>True for a configuration, or a part of one.</summary>
    public bool IsConfig => IsJson && (Marker == ConfigPrefix || Marker.StartsWith(ConfigPrefix + ":", StringComparison.Ordinal));

    /// <summary>Where the part belongs: `route`, `cluster`; empty for a whole file.</summary>
    public string ConfigPart => Marker.Length > ConfigPrefix.Length + 1 ? Marker[(ConfigPrefix.Length + 1)..].Trim() : "";

    public string Text => string.Join('\n', Lines) + "\n";
}
