using System.Collections.Frozen;

namespace Gateway.Backends.Stdio;

/// <summary>Which metadata a child may see: names without case, a trailing `*` standing for any rest.</summary>
/// <remarks>
/// A pattern never lets credentials through, nor a name with other characters than letters, digits and `-`: `x_team` would become the same
/// variable as `x-team`, and a client could pass one off as the other. Whoever wants those says so by their full name.
/// </remarks>
internal sealed class MetadataNames
{
    private static readonly FrozenSet<string> Credentials =
        FrozenSet.ToFrozenSet(["authorization", "proxy-authorization", "cookie", "proxy", "x-api-key"], StringComparer.OrdinalIgnoreCase);

    private readonly FrozenSet<string> _names;
    private readonly string[] _prefixes;

    public MetadataNames(IReadOnlyList<string> patterns)
    {
        _names = patterns.Where(static p => !p.EndsWith('*')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _prefixes = [.. patterns.Where(static p => p.EndsWith('*')).Select(static p => p[..^1])];
    }

    public bool Contains(string name)
    {
        if (_names.Contains(name))
        {
            return true;
        }

        foreach (var prefix in _prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return IsPlain(name) && !Credentials.Contains(name);
            }
        }

        return false;
    }

    /// <summary>True for letters, digits and `-`: no two such names become the same variable.</summary>
    public static bool IsPlain(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True for what no CGI program is told: credentials, and `Proxy`, which many take for a variable of the system (httpoxy).</summary>
    public static bool IsSecret(string name) => Credentials.Contains(name) || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);
}
