using System.Text;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a process is told of a call's URL, decoded.</summary>
public static class UrlText
{
    /// <summary>The first value of a query parameter, decoded; null when there is none. `/a?x=1%2B1&amp;y` → `x` is `1+1`, `y` is empty.</summary>
    public static string? FindQuery(string target, string name)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach (var pair in SplitQuery(target).Split('&'))
        {
            var text = SplitQuery(target)[pair];
            var equals = text.IndexOf('=');
            var key = equals < 0 ? text : text[..equals];
            if (Decode(key, plusIsBlank: true).Equals(name, StringComparison.Ordinal) && !text.IsEmpty)
            {
                return equals < 0 ? "" : Decode(text[(equals + 1)..], plusIsBlank: true);
            }
        }

        return null;
    }

    /// <summary>The query without `?`; empty when there is none.</summary>
    public static ReadOnlySpan<char> SplitQuery(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? default : target.AsSpan(question + 1);
    }

    /// <summary>The path, decoded.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when it holds a NUL or a segment `.` or `..`, which a program might take for a way out of a directory.</exception>
    public static string DecodePath(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = Decode(question < 0 ? target : target.AsSpan(0, question), plusIsBlank: false);
        foreach (var segment in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[segment] is "." or "..")
            {
                throw new CallException(new CallStatus(StatusCode.InvalidArgument, "The path has a segment '.' or '..'.") { Origin = StatusOrigin.Client });
            }
        }

        return path.Contains('\0')
            ? throw new CallException(new CallStatus(StatusCode.InvalidArgument, "The path holds a NUL character.") { Origin = StatusOrigin.Client })
            : path;
    }

    /// <summary>Percent-decoded as UTF-8; what is no escape stands for itself.</summary>
    private static string Decode(ReadOnlySpan<char> text, bool plusIsBlank)
    {
        if (text.IndexOfAny('%', '+') < 0)
        {
            return text.ToString();
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.Slice(i + 1, 2))[0];
                i += 2;
            }
            else if (text[i] == '+' && plusIsBlank)
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                var run = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                length += Encoding.UTF8.GetBytes(text.Slice(i, run), bytes.AsSpan(length));
                i += run - 1;
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
