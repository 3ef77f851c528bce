using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Transcoders.HttpRules;

/// <summary>What a decoder leaves as it found it.</summary>
internal enum PercentMode : byte
{
    /// <summary>Every escape is decoded.</summary>
    All = 0,

    /// <summary>`%2F` stays, so that it cannot be taken for a separator.</summary>
    ExceptSlash = 1,

    /// <summary>Escapes of RFC 6570 reserved characters stay (RFC 3986 §2.2: gen-delims and sub-delims).</summary>
    ExceptReserved = 2,

    /// <summary>Every escape is decoded and `+` is a space: a form's query.</summary>
    Form = 3,
}

/// <summary>Percent escapes (RFC 3986 §2.1), decoded to UTF-8.</summary>
internal static class PercentEncoding
{
    private const string Reserved = ":/?#[]@!$&'()*+,;=";

    /// <summary>True when two hexadecimal digits follow the `%` at <paramref name="index"/>.</summary>
    public static bool IsEscape(ReadOnlySpan<char> text, int index) =>
        index + 2 < text.Length && char.IsAsciiHexDigit(text[index + 1]) && char.IsAsciiHexDigit(text[index + 2]);

    /// <summary>
    /// Decodes into <paramref name="utf8"/>, which must hold <see cref="MaxBytes"/> of the text; false when an escape is
    /// malformed or the result is not UTF-8.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, PercentMode mode, Span<byte> utf8, out int written)
    {
        written = 0;
        var stop = mode == PercentMode.Form ? "%+" : "%";
        var escaped = false;
        while (true)
        {
            var run = text.IndexOfAny(stop);
            var plain = run < 0 ? text : text[..run];
            if (Encoding.UTF8.TryGetBytes(plain, utf8[written..], out var count))
            {
                written += count;
            }

            if (run < 0)
            {
                return !escaped || Utf8.IsValid(utf8[..written]);
            }

            text = text[run..];
            if (text[0] == '+')
            {
                utf8[written++] = (byte)' ';
                text = text[1..];
                continue;
            }

            if (!IsEscape(text, 0))
            {
                return false;
            }

            var value = (byte)((HexValue(text[1]) << 4) | HexValue(text[2]));
            if (Stays(value, mode))
            {
                utf8[written++] = (byte)'%';
                utf8[written++] = (byte)text[1];
                utf8[written++] = (byte)text[2];
            }
            else
            {
                utf8[written++] = value;
                escaped = true;
            }

            text = text[3..];
        }
    }

    /// <summary>Decodes every escape into a string, for use at load.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var utf8 = new byte[MaxBytes(text.Length)];
        if (!TryDecode(text, PercentMode.All, utf8, out var written))
        {
            return false;
        }

        decoded = Encoding.UTF8.GetString(utf8.AsSpan(0, written));
        return true;
    }

    /// <summary>Most bytes that a text of this length can decode to.</summary>
    public static int MaxBytes(int length) => length * 3;

    private static bool Stays(byte value, PercentMode mode) => mode switch
    {
        PercentMode.ExceptSlash => value == '/',
        PercentMode.ExceptReserved => Reserved.Contains((char)value, StringComparison.Ordinal),
        _ => false,
    };

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
