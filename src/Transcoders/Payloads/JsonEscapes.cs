using System.Globalization;
using System.Text;

namespace Transcoders.Payloads;

/// <summary>The backslash escapes of a JSON string. Source: RFC 8259 §7.</summary>
internal static class JsonEscapes
{
    /// <summary>Writes the meaning of <paramref name="raw"/>; an empty target only checks. Returns the bytes written, or -1 with the place of the fault.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target, out int bad)
    {
        var checkOnly = target.IsEmpty;
        var written = 0;
        var i = 0;
        Span<byte> rune = stackalloc byte[4];
        while (i < raw.Length)
        {
            var plain = raw[i..].IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = raw.Length - i;
            }

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

            bad = i;
            if (i + 1 == raw.Length)
            {
                return -1;
            }

            int length;
            if (raw[i + 1] == 'u')
            {
                if (!TryReadRune(raw[i..], out var value, out var consumed))
                {
                    return -1;
                }

                length = value.EncodeToUtf8(rune);
                i += consumed;
            }
            else
            {
                rune[0] = Single(raw[i + 1]);
                if (rune[0] == 0)
                {
                    return -1;
                }

                length = 1;
                i += 2;
            }

            if (!checkOnly)
            {
                rune[..length].CopyTo(target[written..]);
            }

            written += length;
        }

        bad = 0;
        return written;
    }

    public static string Describe(ReadOnlySpan<byte> raw, int bad) =>
        bad + 1 < raw.Length && raw[bad + 1] == 'u' && TryReadUnit(raw[bad..], out var unit)
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{unit:x4} is half of a surrogate pair")
            : "an escape sequence is not valid";

    private static byte Single(byte b) => b switch
    {
        (byte)'"' => (byte)'"',
        (byte)'\\' => (byte)'\\',
        (byte)'/' => (byte)'/',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };

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
