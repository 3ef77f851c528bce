using Gateway.Configuration;

namespace Gateway.Model;

/// <summary>
/// How the paths of a route's rules look to its clients, through its `Match:Path` and the path transforms that can be turned round:
/// with `"Path": "/api/{**rest}"` and `"PathRemovePrefix": "/api"` the rule's `/v1/shelves/{shelf}` is `/api/v1/shelves/{shelf}`. Immutable.
/// </summary>
internal sealed class PublicPaths
{
    private readonly string[] _match;
    private readonly List<(bool Adds, string Prefix)> _steps = [];

    public PublicPaths(RouteSettings route)
    {
        _match = Split(route.Path ?? "/{**rest}");
        var catchAll = _match.Length > 0 && IsCatchAll(_match[^1]) ? _match[^1] : null;
        if (catchAll is not null && Array.TrueForAll(_match[..^1], static segment => !segment.Contains('{', StringComparison.Ordinal)))
        {
            Directory = string.Concat(_match[..^1].Select(static segment => "/" + segment));
        }

        foreach (var transform in route.Transforms)
        {
            foreach (var (key, value) in transform)
            {
                Add(key, value, catchAll);
            }
        }
    }

    /// <summary>What stands before the rest that the route takes, without a slash at its end; null when the route takes single paths, or its prefix varies.</summary>
    public string? Directory { get; }

    /// <summary>Why no path can be told; null when they can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The path of the route's clients for a path of the rules, which may hold parameters in braces; null where there is none.</summary>
    public string? ToPublic(string path)
    {
        if (Problem is not null)
        {
            return null;
        }

        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            var (adds, prefix) = _steps[i];
            if (!adds)
            {
                path = path == "/" ? prefix : prefix + path;
            }
            else if (Remove(path, prefix) is { } rest)
            {
                path = rest;
            }
            else
            {
                return null;
            }
        }

        return Matches(Split(path)) ? path : null;
    }

    /// <summary>The path of the rules that a client's path becomes.</summary>
    public string ToRule(string path)
    {
        foreach (var (adds, prefix) in _steps)
        {
            path = adds ? prefix + path : Remove(path, prefix) ?? path;
        }

        return path;
    }

    private void Add(string key, string value, string? catchAll)
    {
        switch (key.ToUpperInvariant())
        {
            case "PATHPREFIX":
                AddStep(adds: true, value);
                break;
            case "PATHREMOVEPREFIX":
                AddStep(adds: false, value);
                break;
            case "PATHPATTERN" when Directory is not null && Split(value) is [.. var before, var last] && last == catchAll
                && Array.TrueForAll(before, static segment => !segment.Contains('{', StringComparison.Ordinal)):
                // It starts again from the client's path, whatever other transforms have made of it.
                _steps.Clear();
                AddStep(adds: false, Directory);
                AddStep(adds: true, string.Concat(before.Select(static segment => "/" + segment)));
                break;
            case "PATHSET" or "PATHPATTERN" or "HTTPMETHODCHANGE":
                Problem = $"The route's transform {key} changes requests in a way that cannot be turned round: paths are not described.";
                break;
        }
    }

    private void AddStep(bool adds, string prefix)
    {
        prefix = "/" + prefix.Trim('/');
        if (prefix.Length > 1)
        {
            _steps.Add((adds, prefix));
        }
    }

    private static string? Remove(string path, string prefix) =>
        !path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? null
        : path.Length == prefix.Length ? "/"
        : path[prefix.Length] == '/' ? path[prefix.Length..] : null;

    private bool Matches(string[] path)
    {
        for (var i = 0; i < _match.Length; i++)
        {
            var segment = _match[i];
            if (IsCatchAll(segment))
            {
                return true;
            }

            var isParameter = segment.Contains('{', StringComparison.Ordinal);
            if (i == path.Length)
            {
                return isParameter && (segment.Contains('?', StringComparison.Ordinal) || segment.Contains('=', StringComparison.Ordinal));
            }

            if (!isParameter && !segment.Equals(path[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return path.Length == _match.Length;
    }

    private static bool IsCatchAll(string segment) => segment.StartsWith("{*", StringComparison.Ordinal);

    private static string[] Split(string path) => path.Trim('/') is { Length: > 0 } inner ? inner.Split('/') : [];
}
