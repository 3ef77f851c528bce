using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Writes a leaf inside the messages that hold it: `book.name` and `x` → field book, its length, field name, `x`.</summary>
internal static class NestedWriter
{
    /// <summary>Deepest field path a URL may name.</summary>
    public const int MaxDepth = 32;

    /// <param name="chain">The fields from the request down to the leaf.</param>
    /// <param name="text">The leaf's value, decoded.</param>
    /// <param name="options">For enums and empty bools.</param>
    /// <param name="buffer">What <paramref name="writer"/> writes to.</param>
    /// <param name="writer">Takes the field; where it was when the text is wrong.</param>
    /// <param name="key">The key of a map's entry, to stand before its value, which is then the leaf; null elsewhere.</param>
    /// <param name="keyText">The key's text.</param>
    /// <returns>Null when written; else what was expected of the text, and nothing is written.</returns>
    [SkipLocalsInit]
    public static string? TryWrite(
        scoped ReadOnlySpan<FieldNode> chain, scoped ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer buffer, ref WireWriter writer,
        FieldNode? key = null, scoped ReadOnlySpan<byte> keyText = default)
    {
        if (chain.Length == 1)
        {
            return LeafWriter.TryWrite(chain[0], text, options, buffer, ref writer);
        }

        Span<int> marks = stackalloc int[MaxDepth];
        var start = writer.Position;
        for (var i = 0; i < chain.Length - 1; i++)
        {
            writer.WriteTag(chain[i].Field.FieldNumber, chain[i].WireType);
            marks[i] = chain[i].WireType == WireType.Length ? writer.BeginLength() : 0;
        }

        if (key is not null && LeafWriter.TryWrite(key, keyText, options, buffer, ref writer) is { } expectedKey)
        {
            writer.Position = start;
            return $"for its key {expectedKey}";
        }

        if (LeafWriter.TryWrite(chain[^1], text, options, buffer, ref writer) is { } expected)
        {
            writer.Position = start;
            return expected;
        }

        for (var i = chain.Length - 2; i >= 0; i--)
        {
            if (chain[i].WireType == WireType.Length)
            {
                writer.EndLength(marks[i]);
            }
            else
            {
                writer.WriteTag(chain[i].Field.FieldNumber, WireType.EndGroup);
            }
        }

        return null;
    }
}
