using System.Runtime.CompilerServices;
using System.Text;

namespace Transcoders.HttpRules;

/// <summary>Decodes a segment for comparison with literals.</summary>
internal static class LiteralText
{
    public const int BufferSize = 256;

    /// <summary>One UTF-16 unit takes nine characters at most when escaped: three bytes of three.</summary>
    public const int MaxEscapedUnit = 9;

    /// <summary>
    /// The decoded text; false when it is not UTF-8 or longer than any literal, so that it equals none.
    /// Uses <paramref name="buffer"/> when the text has escapes and fits, the heap when it is longer.
    /// </summary>
    [SkipLocalsInit]
    public static bool TryDecode(ReadOnlySpan<char> text, int longest, Span<char> buffer, out ReadOnlySpan<char> decoded)
    {
        decoded = text;
        if (!text.Contains('%'))
        {
            return true;
        }

        if (text.Length > BufferSize)
        {
            decoded = default;
            if (text.Length > longest * MaxEscapedUnit || !PercentEncoding.TryDecode(text, out var heap))
            {
                return false;
            }

            decoded = heap;
            return true;
        }

        Span<byte> utf8 = stackalloc byte[3 * BufferSize];
        if (!PercentEncoding.TryDecode(text, PercentMode.All, utf8, out var written)
            || !Encoding.UTF8.TryGetChars(utf8[..written], buffer, out var chars))
        {
            return false;
        }

        decoded = buffer[..chars];
        return true;
    }
}
