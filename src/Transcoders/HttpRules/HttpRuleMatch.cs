namespace Transcoders.HttpRules;

/// <summary>How a look-up ended.</summary>
public enum HttpMatchKind : byte
{
    /// <summary>No template matches the path.</summary>
    NotFound = 0,

    /// <summary>A template matches path and method.</summary>
    Found = 1,

    /// <summary>Templates match the path, under other methods.</summary>
    MethodNotAllowed = 2,

    /// <summary>The path is not one: a bad escape, a dot segment, or it does not begin with `/`.</summary>
    Malformed = 3,
}

/// <summary>What a matcher says of one request line.</summary>
/// <param name="Kind">How the look-up ended.</param>
/// <param name="Value">What was found; null unless found.</param>
/// <param name="Allow">The value of an Allow header, sorted (`GET, HEAD, POST`); null unless the method is not allowed.</param>
/// <param name="Problem">What is wrong with the path; null unless malformed.</param>
public readonly record struct HttpRuleMatch<T>(HttpMatchKind Kind, T? Value, string? Allow, string? Problem)
    where T : class
{
    public bool IsFound => Kind == HttpMatchKind.Found;
}
