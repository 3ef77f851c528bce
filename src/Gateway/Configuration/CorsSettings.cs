namespace Gateway.Configuration;

/// <summary>What pages of other origins may do: one policy of the file's `Cors:Policies`.</summary>
public sealed record CorsSettings
{
    /// <summary>The policy that `CorsPolicy: Default` means.</summary>
    public const string DefaultName = "Default";

    /// <summary>Origins whose pages may call; `*` is any, `https://*.example.com` any of a domain.</summary>
    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    public IReadOnlyList<string> AllowedMethods { get; init; } = ["POST", "GET"];

    /// <summary>Headers pages may send besides those of the protocols; `*` is any.</summary>
    public IReadOnlyList<string> AllowedHeaders { get; init; } = [];

    /// <summary>Headers pages may read besides those of the protocols.</summary>
    public IReadOnlyList<string> ExposedHeaders { get; init; } = [];

    public bool AllowCredentials { get; init; }

    /// <summary>How long a browser remembers a preflight; Chromium takes no more than this default.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(2);
}

/// <summary>Makes the policies of a checked tree.</summary>
internal static class CorsBuilder
{
    public static IReadOnlyDictionary<string, CorsSettings> Build(ConfigNode root, ConfigProblems problems)
    {
        var policies = new Dictionary<string, CorsSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in root.Find("Cors:Policies")?.Children ?? [])
        {
            policies[node.Key] = Policy(node, problems);
        }

        return policies;
    }

    /// <summary>Reports a route that names a policy which is not there.</summary>
    public static void CheckReference(ConfigNode route, IReadOnlyDictionary<string, CorsSettings> policies, ConfigProblems problems)
    {
        if (route.Child("CorsPolicy") is { Value: { Length: > 0 } name } node && !policies.ContainsKey(name) && !name.Equals("Disable", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(node, $"no CORS policy is called {Quote.Value(node)}: Cors:Policies has none of this name{Nearest.Suggestion(name, policies.Keys.Append("Disable"))}");
        }
    }

    private static CorsSettings Policy(ConfigNode node, ConfigProblems problems)
    {
        var policy = new SettingsReader(node);
        var defaults = new CorsSettings { AllowedOrigins = [] };
        var settings = defaults with
        {
            AllowedOrigins = policy.Texts("AllowedOrigins") ?? [],
            AllowedMethods = policy.Texts("AllowedMethods") ?? defaults.AllowedMethods,
            AllowedHeaders = policy.Texts("AllowedHeaders") ?? [],
            ExposedHeaders = policy.Texts("ExposedHeaders") ?? [],
            AllowCredentials = policy.Flag("AllowCredentials", defaults.AllowCredentials),
            MaxAge = policy.Duration("MaxAge", defaults.MaxAge),
        };
        if (settings.AllowCredentials && settings.AllowedOrigins.Contains("*"))
        {
            // Every page on the web could then act as whoever visits it.
            problems.Add(node.Child("AllowCredentials")!, "credentials are not for the origin '*'; list the origins that may have them");
        }

        if (settings.AllowCredentials && settings.ExposedHeaders.Contains("*"))
        {
            problems.Add(node.Child("ExposedHeaders")!, "with credentials browsers take '*' for the name of a header; list the headers");
        }

        return settings;
    }
}
