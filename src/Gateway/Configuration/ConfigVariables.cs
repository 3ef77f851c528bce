using System.Text;

namespace Gateway.Configuration;

/// <summary>What the environment adds to a file: `${NAME}` inside strings, and variables that override whole values.</summary>
internal static class ConfigVariables
{
    /// <summary>Overrides of the addresses, weakest first, as ASP.NET's hosts know them.</summary>
    private static readonly string[] UrlVariables = ["DOTNET_URLS", "ASPNETCORE_URLS", "URLS"];

    /// <summary>Replaces `${NAME}` in every string of the file; `$${` stands for `${`.</summary>
    /// <remarks>Before <see cref="Override"/>: a value of the environment is taken as it is, so that a password may contain anything.</remarks>
    public static void Expand(ConfigNode node, IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
    {
        if (node is { Kind: ConfigNodeKind.Text, Value: { } text } && text.Contains("${", StringComparison.Ordinal))
        {
            node.Value = Expand(node, text, environment, problems);
        }

        foreach (var child in node.Children)
        {
            Expand(child, environment, problems);
        }
    }

    /// <summary>Merges variables like `ReverseProxy__Clusters__a__Protocol` into the tree. Only those that begin with a known section count.</summary>
    public static void Override(ConfigNode root, IReadOnlyDictionary<string, string> environment, ConfigType grammar, ConfigProblems problems)
    {
        var sections = (ObjectType)grammar;
        foreach (var name in UrlVariables)
        {
            // Container images set it to nothing to say "unset".
            if (environment.TryGetValue(name, out var urls) && urls.Length > 0)
            {
                Set(root, ["Urls"], name, urls);
            }
        }

        foreach (var (name, value) in environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var path = name.Split("__");

            // A bare ADMIN=… or LOGGING=… belongs to somebody else: those are sections, not values.
            var known = sections.Find(path[0]);
            if (known is null || UrlVariables.Contains(name) || known.Name.StartsWith('$') || path.Length == 1 != known.Type.IsScalar)
            {
                continue;
            }

            if (path.Contains(""))
            {
                problems.Add(null, known.Name, $"the environment variable {name} has an empty part; write Section__Key__Key");
                continue;
            }

            Set(root, path, name, value);
        }
    }

    private static void Set(ConfigNode root, string[] path, string variable, string value)
    {
        var node = root;
        foreach (var segment in path)
        {
            if (!node.IsContainer)
            {
                node.Become(ConfigNodeKind.Object);
            }

            if (node.Child(segment) is { } existing)
            {
                node = existing;
                continue;
            }

            node = node.Add(segment);
            node.Variable = variable;
            node.Kind = ConfigNodeKind.Object;
        }

        node.Become(ConfigNodeKind.Text);
        node.Value = value;
        node.Variable = variable;
        node.Position = node.KeyPosition = null;
    }

    private static string Expand(ConfigNode node, string text, IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
    {
        var result = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (var at = rest.IndexOf("${"); at >= 0; at = rest.IndexOf("${"))
        {
            result.Append(rest[..at]);
            if (at > 0 && rest[at - 1] == '$')
            {
                // `$${` → `${`: one of the two dollars is there already.
                result.Append('{');
                rest = rest[(at + 2)..];
                continue;
            }

            var name = rest[(at + 2)..];
            var end = name.IndexOf('}');
            if (end < 0 || !IsName(name[..end]))
            {
                problems.Add(node, "'${' begins a variable: write ${NAME}, or $${ for the characters themselves");
                return text;
            }

            var variable = name[..end].ToString();
            if (environment.TryGetValue(variable, out var value))
            {
                result.Append(value);
            }
            else
            {
                problems.Add(node, $"the environment variable {variable} is not set");
            }

            rest = name[(end + 1)..];
        }

        return result.Append(rest).ToString();
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
