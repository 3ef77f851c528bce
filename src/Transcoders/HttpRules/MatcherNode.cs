using System.Collections.Frozen;

namespace Transcoders.HttpRules;

/// <summary>A step of the matcher's trie: what may follow, and what ends here. Immutable once compiled.</summary>
internal sealed class MatcherNode<T>
    where T : class
{
    /// <summary>Up to so many literals are compared one by one, which beats hashing.</summary>
    private const int Linear = 4;

    private readonly LiteralEdge<T>[] _literals;
    private readonly FrozenDictionary<string, LiteralEdge<T>>.AlternateLookup<ReadOnlySpan<char>> _byText;

    public MatcherNode(
        LiteralEdge<T>[] literals, MatcherNode<T>? any, MatcherNode<T>? rest, int[] restLengths, MatcherEnd<T>[] ends)
    {
        _literals = literals;
        Any = any;
        Rest = rest;
        RestLengths = restLengths;
        Ends = ends;
        if (literals.Length > Linear)
        {
            var byText = new Dictionary<string, LiteralEdge<T>>(literals.Length, StringComparer.Ordinal);
            foreach (var edge in literals)
            {
                byText.Add(edge.Text, edge);
            }

            _byText = byText.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        }
    }

    public bool HasLiterals => _literals.Length != 0;

    /// <summary>After `*`; null when none.</summary>
    public MatcherNode<T>? Any { get; }

    /// <summary>After `**`; null when none. No second `**` lies beyond it.</summary>
    public MatcherNode<T>? Rest { get; }

    /// <summary>How many segments may follow the `**`, longest first: each fixes where the `**` ends, so nothing is tried in vain.</summary>
    public int[] RestLengths { get; }

    /// <summary>The templates that end here, one entry per verb.</summary>
    public MatcherEnd<T>[] Ends { get; }

    public LiteralEdge<T>? FindLiteral(ReadOnlySpan<char> segment)
    {
        if (_literals.Length > Linear)
        {
            return _byText.TryGetValue(segment, out var found) ? found : null;
        }

        foreach (var edge in _literals)
        {
            if (segment.SequenceEqual(edge.Text))
            {
                return edge;
            }
        }

        return null;
    }
}

/// <summary>A literal and what follows it, outside and inside a variable; the former goes first.</summary>
internal sealed record LiteralEdge<T>(string Text, MatcherNode<T>? Plain, MatcherNode<T>? Captured)
    where T : class;

/// <summary>What ends at a node under one verb: a value per HTTP method.</summary>
/// <param name="Verb">Index of the verb; -1 for none.</param>
/// <param name="ByMethod">Values by the matcher's method index; null where the method is not bound.</param>
/// <param name="Otherwise">What any method not otherwise bound gets (`custom` of kind `*`); null when none.</param>
/// <param name="Methods">The bits of the methods bound here, the implied HEAD included.</param>
internal sealed record MatcherEnd<T>(int Verb, T?[] ByMethod, T? Otherwise, ulong Methods)
    where T : class;
