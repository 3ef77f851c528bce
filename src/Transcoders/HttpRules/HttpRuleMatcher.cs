using System.Buffers;

namespace Transcoders.HttpRules;

/// <summary>
/// Finds the template that a request line matches. Immutable, used from any thread; a look-up that succeeds allocates nothing.
/// </summary>
/// <remarks>
/// It works on the raw path, split at `/` before anything is decoded, so `%2F` is never a separator; literals are compared decoded.
/// Order from left to right: literal, literal inside a variable, `*`, `**`; a longer tail after `**` goes before a shorter one.
/// A branch that ends without the method is left again. Since a template holds one `**` at most, a node is visited once per
/// length of tail: the work is bounded by the number of templates and the length of the path, never by their product's power.
/// </remarks>
public sealed class HttpRuleMatcher<T>
    where T : class
{
    /// <summary>Offsets of so many segments live on the stack; longer paths rent.</summary>
    private const int StackSegments = 64;

    private readonly MatcherNode<T> _root;
    private readonly string[] _methods;
    private readonly string[] _verbs;
    private readonly int _longestLiteral;
    private readonly bool _ignoreTrailingSlash;

    internal HttpRuleMatcher(MatcherNode<T> root, string[] methods, string[] verbs, int longestLiteral, bool ignoreTrailingSlash)
    {
        _root = root;
        _methods = methods;
        _verbs = verbs;
        _longestLiteral = longestLiteral;
        _ignoreTrailingSlash = ignoreTrailingSlash;
    }

    /// <summary>Looks a request line up.</summary>
    /// <param name="method">The HTTP method, compared with case (RFC 9110 §9.1).</param>
    /// <param name="rawPath">The path as it was sent, percent-encoded, without the query.</param>
    public HttpRuleMatch<T> Match(string method, ReadOnlySpan<char> rawPath)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (rawPath.Length == 0 || rawPath[0] != '/')
        {
            return Malformed("The path does not begin with '/'.");
        }

        var path = rawPath;
        if (_ignoreTrailingSlash && path.Length > 1 && path[^1] == '/')
        {
            path = path[..^1];
        }

        var count = path.Length == 1 ? 0 : path.Count('/');
        if (count < StackSegments)
        {
            return Match(method, path, stackalloc int[count + 1]);
        }

        var rented = ArrayPool<int>.Shared.Rent(count + 1);
        var match = Match(method, path, rented.AsSpan(0, count + 1));
        ArrayPool<int>.Shared.Return(rented);
        return match;
    }

    private HttpRuleMatch<T> Match(string method, ReadOnlySpan<char> path, Span<int> starts)
    {
        switch (Split(path, starts))
        {
            case PathFlaw.BadEscape:
                return Malformed("The path holds a '%' that no two hexadecimal digits follow; a percent sign itself is %25.");
            case PathFlaw.DotSegment:
                return Malformed("The path holds a '.' or '..' segment; send it resolved.");
            case PathFlaw.EmptySegment:
                return default;
        }

        var walk = new Walk(path, starts, Array.IndexOf(_methods, method), _longestLiteral);

        // 1. A verb that some template ends in.
        var lastStart = starts.Length > 1 ? starts[^2] : 1;
        var colon = path[lastStart..].LastIndexOf(':');
        if (colon > 0 && _verbs.Length != 0)
        {
            var verb = FindVerb(path[(lastStart + colon + 1)..]);
            if (verb >= 0 && walk.Run(_root, verb, lastStart + colon) is { } withVerb)
            {
                return new(HttpMatchKind.Found, withVerb, null, null);
            }
        }

        // 2. Otherwise the colon is part of the segment.
        if (walk.Run(_root, -1, path.Length) is { } found)
        {
            return new(HttpMatchKind.Found, found, null, null);
        }

        return walk.Allowed == 0 ? default : new(HttpMatchKind.MethodNotAllowed, null, Allow(walk.Allowed), null);
    }

    /// <summary>Fills in where segments begin, and one past the end as the last; a path of one slash has none.</summary>
    private static PathFlaw Split(ReadOnlySpan<char> path, Span<int> starts)
    {
        if (path.Length == 1)
        {
            starts[0] = 1;
            return PathFlaw.None;
        }

        var flaw = PathFlaw.None;
        var start = 1;
        for (var i = 0; i < starts.Length - 1; i++)
        {
            starts[i] = start;
            var length = path[start..].IndexOf('/');
            if (length < 0)
            {
                length = path.Length - start;
            }

            if (length == 0)
            {
                flaw = PathFlaw.EmptySegment;
            }
            else if (IsDots(path.Slice(start, length)))
            {
                return PathFlaw.DotSegment;
            }

            start += length + 1;
        }

        starts[^1] = start;
        return HasBadEscape(path) ? PathFlaw.BadEscape : flaw;
    }

    private static bool HasBadEscape(ReadOnlySpan<char> path)
    {
        while (true)
        {
            var percent = path.IndexOf('%');
            if (percent < 0)
            {
                return false;
            }

            if (!PercentEncoding.IsEscape(path, percent))
            {
                return true;
            }

            path = path[(percent + 3)..];
        }
    }

    /// <summary>
    /// True for `.` and `..`, escaped or not. Whoever authorised the request may have resolved them, and so have seen another path.
    /// </summary>
    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (segment.Length != 0 && dots < 3)
        {
            if (segment[0] == '.')
            {
                segment = segment[1..];
            }
            else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase))
            {
                segment = segment[3..];
            }
            else
            {
                return false;
            }

            dots++;
        }

        return dots is 1 or 2;
    }

    private int FindVerb(ReadOnlySpan<char> text)
    {
        Span<char> buffer = stackalloc char[LiteralText.BufferSize];
        if (!LiteralText.TryDecode(text, LiteralText.BufferSize, buffer, out var decoded))
        {
            return -1;
        }

        for (var i = 0; i < _verbs.Length; i++)
        {
            if (decoded.SequenceEqual(_verbs[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private string Allow(ulong methods)
    {
        var names = new List<string>();
        for (var i = 0; i < _methods.Length; i++)
        {
            if ((methods & (1UL << i)) != 0)
            {
                names.Add(_methods[i]);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return string.Join(", ", names);
    }

    private static HttpRuleMatch<T> Malformed(string problem) => new(HttpMatchKind.Malformed, null, null, problem);

    private enum PathFlaw
    {
        None,
        EmptySegment,
        DotSegment,
        BadEscape,
    }

    /// <summary>One look-up's way through the trie.</summary>
    private ref struct Walk(ReadOnlySpan<char> path, ReadOnlySpan<int> starts, int method, int longestLiteral)
    {
        private readonly ReadOnlySpan<char> _path = path;
        private readonly ReadOnlySpan<int> _starts = starts;
        private readonly int _count = starts.Length - 1;
        private int _verb;
        private int _end;

        /// <summary>Bits of the methods that templates matching the path have.</summary>
        public ulong Allowed { get; private set; }

        /// <param name="root">Where to begin.</param>
        /// <param name="verb">The verb that must end the template; -1 for none.</param>
        /// <param name="end">Where the last segment ends: before the verb's colon.</param>
        public T? Run(MatcherNode<T> root, int verb, int end)
        {
            _verb = verb;
            _end = end;
            return Descend(root, 0);
        }

        private T? Descend(MatcherNode<T> node, int index)
        {
            if (index == _count)
            {
                if (End(node) is { } ended)
                {
                    return ended;
                }
            }
            else
            {
                // 1. A literal, outside a variable before inside one.
                if (node.HasLiterals && FindLiteral(node, Segment(index)) is { } edge)
                {
                    if (edge.Plain is not null && Descend(edge.Plain, index + 1) is { } plain)
                    {
                        return plain;
                    }

                    if (edge.Captured is not null && Descend(edge.Captured, index + 1) is { } captured)
                    {
                        return captured;
                    }
                }

                // 2. Any one segment.
                if (node.Any is not null && Descend(node.Any, index + 1) is { } any)
                {
                    return any;
                }
            }

            // 3. The rest, less a tail of known length.
            if (node.Rest is not null)
            {
                foreach (var tail in node.RestLengths)
                {
                    if (tail <= _count - index && Descend(node.Rest, _count - tail) is { } rest)
                    {
                        return rest;
                    }
                }
            }

            return null;
        }

        private T? End(MatcherNode<T> node)
        {
            foreach (var end in node.Ends)
            {
                if (end.Verb != _verb)
                {
                    continue;
                }

                Allowed |= end.Methods;
                return (method >= 0 ? end.ByMethod[method] : null) ?? end.Otherwise;
            }

            return null;
        }

        private readonly ReadOnlySpan<char> Segment(int index)
        {
            var start = _starts[index];
            var end = index == _count - 1 ? _end : _starts[index + 1] - 1;
            return _path[start..end];
        }

        private readonly LiteralEdge<T>? FindLiteral(MatcherNode<T> node, ReadOnlySpan<char> segment)
        {
            if (!segment.Contains('%'))
            {
                return node.FindLiteral(segment);
            }

            if (segment.Length > longestLiteral * LiteralText.MaxEscapedUnit)
            {
                return null;
            }

            return FindEscaped(node, segment);
        }

        private readonly LiteralEdge<T>? FindEscaped(MatcherNode<T> node, ReadOnlySpan<char> segment)
        {
            Span<char> buffer = stackalloc char[LiteralText.BufferSize];
            return LiteralText.TryDecode(segment, longestLiteral, buffer, out var decoded) ? node.FindLiteral(decoded) : null;
        }
    }
}
