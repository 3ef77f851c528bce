using System.Text;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>
/// One argument of a process, into which values of the call are put: `--unit={query.unit}` with `?unit=a` → `--unit=a`. Immutable.
/// </summary>
/// <remarks>
/// The values are `{method}`, `{query.NAME}` and `{header.NAME}`; doubled braces, `{{method}}`, stand for single ones, and any other brace for itself.
/// A value is never more than a part of one argument, and never begins an option: there is no shell, and a bare value that begins with `-` is refused.
/// </remarks>
public sealed class ArgumentTemplate
{
    private readonly Part[] _parts;

    private ArgumentTemplate(Part[] parts)
    {
        _parts = parts;
    }

    private enum Source : byte
    {
        Literal,
        Method,
        Query,
        Header,
    }

    /// <summary>The argument when it holds no value of the call; else null.</summary>
    public string? Fixed => _parts is [{ Source: Source.Literal } only] ? only.Text : null;

    /// <summary>Compiles an argument.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="problem">What is wrong with it; null when nothing is.</param>
    public static ArgumentTemplate Parse(string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("{{") && TryMatch(rest[1..], out _, out var length) && rest[(1 + length)..].StartsWith("}"))
            {
                literal.Append(rest.Slice(1, length));
                i += length + 2;
            }
            else if (TryMatch(rest, out var part, out length))
            {
                Flush();
                parts.Add(part);
                i += length;
            }
            else
            {
                literal.Append(text[i++]);
            }
        }

        Flush();
        problem = Check(parts);
        return new ArgumentTemplate(parts.Count == 0 ? [new Part(Source.Literal, "")] : [.. parts]);

        void Flush()
        {
            if (literal.Length != 0)
            {
                parts.Add(new Part(Source.Literal, literal.ToString()));
                literal.Clear();
            }
        }
    }

    /// <summary>The argument of one call; null when a value it needs is missing, and the argument with it.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when a value cannot stand where it is put.</exception>
    public string? Fill(CallHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (Fixed is { } text)
        {
            return text;
        }

        var filled = new StringBuilder();
        foreach (var part in _parts)
        {
            var value = part.Source switch
            {
                Source.Method => head.Method.Length == 0 ? null : head.Method,
                Source.Query => UrlText.FindQuery(head.Target, part.Text),
                Source.Header => head.Metadata.Find(part.Text),
                _ => part.Text,
            };
            if (value is null)
            {
                return null;
            }

            if (part.Source != Source.Literal)
            {
                Guard(part, value, begins: filled.Length == 0);
            }

            filled.Append(value);
        }

        return filled.ToString();
    }

    private static void Guard(Part part, string value, bool begins)
    {
        if (value.Contains('\0'))
        {
            throw Refused(part, "holds a NUL character");
        }

        if (begins && value.StartsWith('-'))
        {
            throw Refused(part, "begins with '-', as only options do");
        }
    }

    private static CallException Refused(Part part, string why) =>
        new(new CallStatus(StatusCode.InvalidArgument, $"The value of {(part.Source == Source.Header ? "header" : "query parameter")} '{part.Text}' {why}.") { Origin = StatusOrigin.Client });

    /// <summary>A client must not name the option either: `--{query.x}` would let it.</summary>
    private static string? Check(List<Part> parts)
    {
        if (parts is not [{ Source: Source.Literal, Text: var prefix }, _, ..] || !prefix.StartsWith('-') || prefix.Contains('='))
        {
            return null;
        }

        return prefix == "-" || prefix.StartsWith("--", StringComparison.Ordinal)
            ? "A value of the call cannot name an option: write '--name={…}', or the option as an argument of its own before it."
            : null;
    }

    /// <summary>`{method}`, `{query.NAME}` or `{header.NAME}` at the front of <paramref name="text"/>.</summary>
    private static bool TryMatch(ReadOnlySpan<char> text, out Part part, out int length)
    {
        part = default;
        length = text.IndexOf('}') + 1;
        if (length < 2 || text[0] != '{')
        {
            return false;
        }

        var inner = text[1..(length - 1)];
        if (inner.SequenceEqual("method"))
        {
            part = new Part(Source.Method, "method");
            return true;
        }

        var source = inner.StartsWith("query.") ? Source.Query : inner.StartsWith("header.") ? Source.Header : Source.Literal;
        var name = source == Source.Literal ? default : inner[(inner.IndexOf('.') + 1)..];
        part = new Part(source, name.ToString());
        return source != Source.Literal && MetadataText.IsName(name);
    }

    private readonly record struct Part(Source Source, string Text);
}
