using Google.Api;

namespace Transcoders.HttpRules;

/// <summary>Choices in compiling a table of rules.</summary>
public sealed record HttpRuleTableOptions
{
    public static readonly HttpRuleTableOptions Default = new();

    /// <summary>`POST /pkg.Service/Method` with a JSON body reaches every method; rules go first.</summary>
    public bool AutoMapping { get; init; } = true;

    /// <summary>`/a/` is `/a`.</summary>
    public bool IgnoreTrailingSlash { get; init; }

    /// <summary>
    /// Rules over the annotations, each with the selector `pkg.Service.Method`: the last one of a method replaces all it had,
    /// as in a google.api.Service.
    /// </summary>
    public IReadOnlyList<HttpRule> Rules { get; init; } = [];

    public WeaveOptions Weave { get; init; } = WeaveOptions.Default;
}
