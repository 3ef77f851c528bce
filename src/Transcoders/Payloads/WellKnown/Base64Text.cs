using System.Buffers;
using System.Buffers.Text;

namespace Transcoders.Payloads.WellKnown;

/// <summary>Base64 as JSON carries bytes: written in the standard alphabet with padding, read in either alphabet, padded or not.</summary>
public static class Base64Text
{
    /// <summary>Bytes that so many characters can stand for at most.</summary>
    public static int MaxDecodedLength(int characters) => (int)(((long)characters * 3 / 4) + 3);

    /// <summary>Decodes; false when a character is in neither alphabet, the padding is wrong or the length impossible.</summary>
    /// <param name="text">The characters.</param>
    /// <param name="target">At least <see cref="MaxDecodedLength"/> bytes.</param>
    /// <param name="written">Bytes decoded.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> target, out int written)
    {
        written = 0;
        var padding = 0;
        while (padding < 2 && padding < text.Length && text[text.Length - 1 - padding] == '=')
        {
            padding++;
        }

        if (padding != 0 && text.Length % 4 != 0)
        {
            return false;
        }

        text = text[..^padding];
        if (text.Length % 4 == 1)
        {
            return false;
        }

        // 1. Whole groups of the standard alphabet go through the vectorised decoder, unless it would skip white space.
        var whole = text.Length & ~3;
        var status = Base64.DecodeFromUtf8(text[..whole], target, out var consumed, out written, isFinalBlock: false);
        if (status == OperationStatus.Done && written != whole / 4 * 3)
        {
            return false;
        }

        if (status != OperationStatus.Done)
        {
            // 2. The url-safe alphabet: from the first group the decoder did not take, or from the start when it met white space.
            consumed = written == consumed / 4 * 3 ? consumed & ~3 : 0;
            written = consumed / 4 * 3;
            for (; consumed < whole; consumed += 4)
            {
                if (!TryGroup(text.Slice(consumed, 4), target[written..]))
                {
                    return false;
                }

                written += 3;
            }
        }

        // 3. Two or three characters at the end; the bits that do not make a byte are ignored, as others do.
        var tail = text[whole..];
        if (tail.Length == 0)
        {
            return true;
        }

        Span<byte> group = [(byte)'A', (byte)'A', (byte)'A', (byte)'A'];
        Span<byte> bytes = stackalloc byte[3];
        tail.CopyTo(group);
        if (!TryGroup(group, bytes))
        {
            return false;
        }

        bytes[..(tail.Length - 1)].CopyTo(target[written..]);
        written += tail.Length - 1;
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> group, Span<byte> target)
    {
        var a = Value(group[0]);
        var b = Value(group[1]);
        var c = Value(group[2]);
        var d = Value(group[3]);
        if ((a | b | c | d) < 0)
        {
            return false;
        }

        var bits = (a << 18) | (b << 12) | (c << 6) | d;
        target[0] = (byte)(bits >> 16);
        target[1] = (byte)(bits >> 8);
        target[2] = (byte)bits;
        return true;
    }

    private static int Value(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'+' or (byte)'-' => 62,
        (byte)'/' or (byte)'_' => 63,
        _ => -1,
    };
}
