namespace Gateway.Configuration;

/// <summary>Brings the rules of a schema together: those of its service configs, in their order, then those of the file itself.</summary>
/// <param name="problems">Gets what is wrong.</param>
/// <param name="directory">Where relative paths begin.</param>
internal sealed class HttpRulesBuilder(ConfigProblems problems, string directory)
{
    private readonly List<string> _files = [];
    private readonly List<string> _rules = [];
    private readonly List<HttpRuleSource> _sources = [];
    private bool? _decode;

    /// <summary>The settings with what `ServiceConfigs` and `HttpRules` say.</summary>
    public SchemaSettings AddTo(SettingsReader schema, SchemaSettings settings)
    {
        foreach (var node in schema.Section("ServiceConfigs").Node?.Children ?? [])
        {
            var file = Path.GetFullPath(Path.Combine(directory, node.Value ?? ""));
            _files.Add(file);
            if (ServiceConfigReader.ReadHttp(file, node, problems) is { } http)
            {
                Add(http.Child("rules"), isServiceConfig: true);
                _decode = new SettingsReader(http).Flag("fully_decode_reserved_expansion") ?? _decode;
            }
        }

        Add(schema.Section("HttpRules").Node, isServiceConfig: false);
        return settings with { ServiceConfigs = _files, HttpRules = _rules, HttpRuleSources = _sources, FullyDecodeReservedExpansion = _decode };
    }

    private void Add(ConfigNode? rules, bool isServiceConfig)
    {
        foreach (var rule in rules?.Children ?? [])
        {
            _rules.Add(RuleJson.Write(rule));
            _sources.Add(new HttpRuleSource(rule.Child("selector")?.Value ?? "", rule.Position, isServiceConfig));
        }
    }
}
