using System.Buffers;
using System.Globalization;
using System.Text;

namespace Transcoders.Protos;

/// <summary>Literals of the language and the names it derives. Source: protobuf language specification; names as protoc derives them.</summary>
internal static class ProtoText
{
    /// <summary>The bytes of a quoted literal, its escapes resolved; null when an escape has no meaning.</summary>
    public static byte[]? Unquote(ReadOnlySpan<char> literal)
    {
        var bytes = new ArrayBufferWriter<byte>(literal.Length + 8);
        Span<byte> utf8 = stackalloc byte[4];
        var text = literal[1..^1];
        while (!text.IsEmpty)
        {
            var next = text.IndexOf('\\');
            var plain = next < 0 ? text : text[..next];
            if (!plain.IsEmpty)
            {
                Encoding.UTF8.GetBytes(plain, bytes);
                text = text[plain.Length..];
                continue;
            }

            if (text.Length < 2)
            {
                return null;
            }

            var c = text[1];
            text = text[2..];
            switch (c)
            {
                case >= '0' and <= '7':
                    var octal = c - '0';
                    for (var i = 0; i < 2 && !text.IsEmpty && text[0] is >= '0' and <= '7'; i++, text = text[1..])
                    {
                        octal = (octal * 8) + text[0] - '0';
                    }

                    bytes.Write([(byte)octal]);
                    break;
                case 'x' or 'X':
                    var digits = 0;
                    while (digits < 2 && digits < text.Length && char.IsAsciiHexDigit(text[digits]))
                    {
                        digits++;
                    }

                    if (digits == 0)
                    {
                        return null;
                    }

                    bytes.Write([byte.Parse(text[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)]);
                    text = text[digits..];
                    break;
                case 'u' or 'U':
                    var length = c == 'u' ? 4 : 8;
                    if (text.Length < length || !uint.TryParse(text[..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                    {
                        return null;
                    }

                    text = text[length..];
                    if (code is >= 0xD800 and < 0xDC00 && text.Length >= 6 && text[0] == '\\' && text[1] == 'u'
                        && uint.TryParse(text[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low) && low is >= 0xDC00 and < 0xE000)
                    {
                        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                        text = text[6..];
                    }

                    if (!Rune.TryCreate(code, out var rune))
                    {
                        return null;
                    }

                    bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
                    break;
                default:
                    if ("abfnrtv\\'\"?".IndexOf(c, StringComparison.Ordinal) is >= 0 and var index)
                    {
                        bytes.Write([(byte)"\a\b\f\n\r\t\v\\'\"?"[index]]);
                        break;
                    }

                    return null;
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Bytes as a default value of a `bytes` field is written: printable ASCII, the rest escaped in octal.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            _ = b switch
            {
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'"' => text.Append("\\\""),
                (byte)'\'' => text.Append("\\'"),
                (byte)'\\' => text.Append("\\\\"),
                >= 0x20 and < 0x7F => text.Append((char)b),
                _ => text.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0')),
            };
        }

        return text.ToString();
    }

    /// <summary>The shortest of two precisions that reads back as the same number.</summary>
    public static string Format(double value)
    {
        var text = value.ToString("G15", CultureInfo.InvariantCulture);
        return Form(double.Parse(text, CultureInfo.InvariantCulture) == value ? text : value.ToString("G17", CultureInfo.InvariantCulture));
    }

    public static string Format(float value)
    {
        var text = value.ToString("G6", CultureInfo.InvariantCulture);
        return Form(float.Parse(text, CultureInfo.InvariantCulture) == value ? text : value.ToString("G9", CultureInfo.InvariantCulture));
    }

    /// <summary>An integer literal: decimal, `0x` hexadecimal or `0` octal.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        if (text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'X')
        {
            return ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        if (text.Length < 2 || text[0] != '0')
        {
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        value = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7' || value > ulong.MaxValue >> 3)
            {
                return false;
            }

            value = (value << 3) + (uint)(c - '0');
        }

        return true;
    }

    /// <summary>`page_token` → `pageToken`.</summary>
    public static string JsonName(string name) => Camel(name, upper: false);

    /// <summary>`page_tokens` → `PageTokensEntry`: the message of a map field.</summary>
    public static string MapEntryName(string name) => Camel(name, upper: true) + "Entry";

    private static string Camel(string name, bool upper)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c == '_')
            {
                upper = true;
                continue;
            }

            text.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        return text.ToString();
    }

    private static string Form(string text) => text switch
    {
        "Infinity" or "∞" => "inf",
        "-Infinity" or "-∞" => "-inf",
        "NaN" => "nan",
        _ => text.Replace('E', 'e'),
    };
}
