using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.HttpRules;

namespace Transcoders.Descriptions;

/// <summary>A parameter in the path of a document.</summary>
/// <param name="Name">Unique in its path.</param>
/// <param name="Field">The field it is; null when it is one part of a field's text, or of none.</param>
/// <param name="FieldPath">The path of the field it belongs to; null for a segment that no variable takes.</param>
/// <param name="Whole">How the field's text is put together: `shelves/{shelf}`. Null when the parameter is the field.</param>
/// <param name="IsRest">It stands for any number of segments.</param>
internal sealed record UrlParameter(string Name, FieldDescriptor? Field, string? FieldPath, string? Whole, bool IsRest);

/// <summary>
/// A template of google.api.http as documents write it, a parameter for each segment that varies:
/// `/v1/{name=shelves/*/books/*}:borrow` → `/v1/shelves/{shelf}/books/{book}:borrow`. Immutable.
/// </summary>
internal sealed class UrlPattern
{
    private readonly string[] _texts;

    private UrlPattern(string[] texts, UrlParameter[] parameters)
    {
        _texts = texts;
        Parameters = parameters;
        Key = Write(static _ => "{}");
        Path = Write(i => $"{{{parameters[i].Name}}}");
    }

    public IReadOnlyList<UrlParameter> Parameters { get; }

    /// <summary>Equal for paths that OpenAPI holds to be one, however their parameters are called.</summary>
    public string Key { get; }

    /// <summary>With the names of its own parameters.</summary>
    public string Path { get; }

    public static UrlPattern Of(HttpBinding binding)
    {
        var template = binding.Template;
        var texts = new List<string>();
        var parameters = new List<UrlParameter>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        for (var i = 0; i < template.Segments.Length; i++)
        {
            var segment = template.Segments[i];
            text.Append('/');
            if (segment.Kind == SegmentKind.Literal)
            {
                AppendEncoded(text, segment.Literal);
                continue;
            }

            texts.Add(text.ToString());
            text.Clear();
            var variable = VariableAt(template, i);
            var before = i > 0 && template.Segments[i - 1].Kind == SegmentKind.Literal ? template.Segments[i - 1].Literal : null;
            var isField = variable is { IsMultiSegment: false };
            var wanted = isField || segment.Kind == SegmentKind.Rest || before is null || Singular(before) is not { } singular
                ? variable?.FieldPath ?? "segment"
                : singular;
            var name = wanted;
            for (var n = 2; !names.Add(name); n++)
            {
                name = $"{wanted}{n}";
            }

            parameters.Add(new UrlParameter(
                name, isField ? FieldAt(binding.Method.Input, variable!.FieldPath) : null, variable?.FieldPath, null, segment.Kind == SegmentKind.Rest));
        }

        if (template.Verb is { } verb)
        {
            AppendEncoded(text.Append(':'), verb);
        }

        texts.Add(text.ToString());
        AddWholes(template, parameters);
        return new UrlPattern([.. texts], [.. parameters]);
    }

    /// <summary>The field a path names.</summary>
    public static FieldDescriptor FieldAt(MessageDescriptor message, string path)
    {
        var names = path.Split('.');
        for (var i = 0; i < names.Length - 1; i++)
        {
            message = message.FindFieldByName(names[i])!.MessageType;
        }

        return message.FindFieldByName(names[^1])!;
    }

    private static void AddWholes(HttpTemplate template, List<UrlParameter> parameters)
    {
        foreach (var variable in template.Variables)
        {
            if (!variable.IsMultiSegment)
            {
                continue;
            }

            var whole = new StringBuilder();
            var parameter = 0;
            for (var i = 0; i < template.Segments.Length && i < variable.First + variable.Count; i++)
            {
                var segment = template.Segments[i];
                var isParameter = segment.Kind != SegmentKind.Literal;
                if (i >= variable.First)
                {
                    whole.Append(whole.Length == 0 ? "" : "/").Append(isParameter ? $"{{{parameters[parameter].Name}}}" : segment.Literal);
                }

                parameter += isParameter ? 1 : 0;
            }

            for (var i = 0; i < parameters.Count; i++)
            {
                if (parameters[i].FieldPath == variable.FieldPath)
                {
                    parameters[i] = parameters[i] with { Whole = whole.ToString() };
                }
            }
        }
    }

    private static TemplateVariable? VariableAt(HttpTemplate template, int segment)
    {
        foreach (var variable in template.Variables)
        {
            if (segment >= variable.First && segment < variable.First + variable.Count)
            {
                return variable;
            }
        }

        return null;
    }

    private string Write(Func<int, string> parameter)
    {
        var text = new StringBuilder(_texts[0]);
        for (var i = 1; i < _texts.Length; i++)
        {
            text.Append(parameter(i - 1)).Append(_texts[i]);
        }

        return text.Length == 0 ? "/" : text.ToString();
    }

    /// <summary>`shelves` → `shelf`, `categories` → `category`, `books` → `book`; null for what makes no name.</summary>
    private static string? Singular(string collection)
    {
        foreach (var letter in collection)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '-'))
            {
                return null;
            }
        }

        if (collection.Length < 3)
        {
            return null;
        }

        return collection switch
        {
            "shelves" => "shelf",
            _ when collection.EndsWith("ies", StringComparison.Ordinal) => collection[..^3] + "y",
            _ when collection.EndsWith("sses", StringComparison.Ordinal) || collection.EndsWith("xes", StringComparison.Ordinal) => collection[..^2],
            _ when collection.EndsWith('s') && !collection.EndsWith("ss", StringComparison.Ordinal) => collection[..^1],
            _ => collection,
        };
    }

    /// <summary>RFC 3986 §3.3: what a segment may hold stays, all else is escaped.</summary>
    private static void AppendEncoded(StringBuilder text, string literal)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in literal.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "-._~!$&'()*+,;=:@".Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                text.Append((char)rune.Value);
                continue;
            }

            var length = rune.EncodeToUtf8(bytes);
            foreach (var b in bytes[..length])
            {
                text.Append('%').Append(Convert.ToHexString([b]));
            }
        }
    }
}
