using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>Writes a leaf inside the messages that hold it: `book.name` and `x` → field book, its length, field name, `x`.</summary>
internal static class NestedWriter
{
    /// <summary>Deepest field path a URL may name.</summary>
    public const int MaxDepth = 32;

    /// <returns>Null when written; else what was expected of the text.</returns>
    public static string? TryWrite(
        ReadOnlySpan<FieldNode> chain, ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer output)
    {
        if (chain.Length == 1)
        {
            return LeafWriter.TryWrite(chain[0], text, options, output);
        }

        Span<int> starts = stackalloc int[MaxDepth];
        var mark = output.Length;
        for (var i = 0; i < chain.Length - 1; i++)
        {
            output.Write(chain[i].Tag);
            starts[i] = chain[i].EndTag is null ? FieldWire.Open(output) : output.Length;
        }

        if (LeafWriter.TryWrite(chain[^1], text, options, output) is { } expected)
        {
            output.Length = mark;
            return expected;
        }

        for (var i = chain.Length - 2; i >= 0; i--)
        {
            if (chain[i].EndTag is { } endTag)
            {
                output.Write(endTag);
            }
            else
            {
                FieldWire.Close(output, starts[i]);
            }
        }

        return null;
    }
}
