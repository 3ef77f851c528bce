using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace Transcoders.Payloads;

/// <summary>The backslash escapes of a JSON string. Source: RFC 8259 §7.</summary>
internal static class JsonEscapes
{
    /// <summary>What each byte means behind a backslash; zero for those that may not stand there, and for `u`.</summary>
    private static readonly byte[] Meanings = Meaning();

    /// <summary>Writes the meaning of <paramref name="raw"/>; an empty target only checks. Returns the bytes written, or -1 with the place of the fault.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target, out int bad)
    {
        var checkOnly = target.IsEmpty;
        var written = 0;
        var i = 0;
        Span<byte> rune = stackalloc byte[4];
        while (i < raw.Length)
        {
            // 1. What stands before the next backslash, in whole vectors as long as both sides have room.
            int plain;
            if (i + Vector128<byte>.Count <= raw.Length && written + Vector128<byte>.Count <= target.Length)
            {
                var block = Vector128.Create(raw.Slice(i, Vector128<byte>.Count));
                block.CopyTo(target.Slice(written, Vector128<byte>.Count));
                var escapes = Vector128.Equals(block, Vector128.Create((byte)'\\')).ExtractMostSignificantBits();
                plain = escapes == 0 ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(escapes);
                written += plain;
                i += plain;
                if (escapes == 0)
                {
                    continue;
                }
            }
            else
            {
                plain = raw[i..].IndexOf((byte)'\\');
                plain = plain < 0 ? raw.Length - i : plain;
                if (!checkOnly)
                {
                    raw.Slice(i, plain).CopyTo(target[written..]);
                }

                written += plain;
                i += plain;
                if (i == raw.Length)
                {
                    break;
                }
            }

            // 2. The escape.
            bad = i;
            if (i + 1 == raw.Length)
            {
                return -1;
            }

            var meaning = Meanings[raw[i + 1]];
            if (meaning != 0)
            {
                if (!checkOnly)
                {
                    target[written] = meaning;
                }

                written++;
                i += 2;
                continue;
            }

            if (raw[i + 1] != 'u' || !TryReadRune(raw[i..], out var value, out var consumed))
            {
                return -1;
            }

            var length = value.EncodeToUtf8(rune);
            if (!checkOnly)
            {
                rune[..length].CopyTo(target[written..]);
            }

            written += length;
            i += consumed;
        }

        bad = 0;
        return written;
    }

    public static string Describe(ReadOnlySpan<byte> raw, int bad) =>
        bad + 1 < raw.Length && raw[bad + 1] == 'u' && TryReadUnit(raw[bad..], out var unit)
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{unit:x4} is half of a surrogate pair")
            : "an escape sequence is not valid";

    private static byte[] Meaning()
    {
        var meanings = new byte[256];
        var letters = "\"\\/bfnrt"u8;
        var values = "\"\\/\b\f\n\r\t"u8;
        for (var i = 0; i < letters.Length; i++)
        {
            meanings[letters[i]] = values[i];
        }

        return meanings;
    }

    private static bool TryReadRune(ReadOnlySpan<byte> at, out Rune value, out int consumed)
    {
        value = default;
        consumed = 6;
        if (!TryReadUnit(at, out var first))
        {
            return false;
        }

        if (Rune.TryCreate((char)first, out value))
        {
            return true;
        }

        consumed = 12;
        return at.Length >= 12 && at[6] == '\\' && at[7] == 'u' && TryReadUnit(at[6..], out var second)
            && Rune.TryCreate((char)first, (char)second, out value);
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> at, out int unit)
    {
        unit = 0;
        if (at.Length < 6)
        {
            return false;
        }

        for (var i = 2; i < 6; i++)
        {
            var digit = HexValue(at[i]);
            if (digit < 0)
            {
                return false;
            }

            unit = (unit << 4) | digit;
        }

        return true;
    }

    private static int HexValue(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
