using System.Diagnostics.CodeAnalysis;

namespace Transcoders.HttpRules;

/// <summary>Reads path templates in the grammar of google/api/http.proto.</summary>
/// <remarks>
/// Three things real APIs do are accepted beyond the grammar: `/` alone, and `**` (once) followed by more segments or variables,
/// as in `/v1/{parent=projects/*/databases/*/documents/**}/{collection_id}`.
/// <code>
/// Template  = "/" [ Segments ] [ Verb ] ;
/// Segments  = Segment { "/" Segment } ;
/// Segment   = "*" | "**" | LITERAL | Variable ;
/// Variable  = "{" FieldPath [ "=" Segments ] "}" ;
/// FieldPath = IDENT { "." IDENT } ;
/// Verb      = ":" LITERAL ;
/// </code>
/// </remarks>
public ref struct HttpTemplateParser
{
    /// <summary>Longest template, in characters.</summary>
    public const int MaxLength = 2048;

    /// <summary>Most segments of a template.</summary>
    public const int MaxSegments = 64;

    /// <summary>Most variables of a template.</summary>
    public const int MaxVariables = 32;

    private readonly string _text;
    private readonly List<TemplateSegment> _segments;
    private readonly List<TemplateVariable> _variables;
    private TemplateProblem? _problem;
    private int _position;
    private bool _hasRest;

    private HttpTemplateParser(string text)
    {
        _text = text;
        _segments = [];
        _variables = [];
    }

    /// <summary>Reads <paramref name="text"/>; on false <paramref name="problem"/> says where it went wrong and what would be right.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out HttpTemplate? template,
        [NotNullWhen(false)] out TemplateProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new HttpTemplateParser(text);
        template = parser.Parse();
        problem = parser._problem;
        return template is not null;
    }

    private readonly char Current => _position < _text.Length ? _text[_position] : '\0';

    private readonly bool AtEnd => _position >= _text.Length;

    private HttpTemplate? Parse()
    {
        if (_text.Length > MaxLength)
        {
            Fail(MaxLength, $"the template has {_text.Length} characters; the limit is {MaxLength}.");
            return null;
        }

        if (Current != '/')
        {
            Fail(0, "a template begins with '/'.");
            return null;
        }

        _position = 1;
        if (AtEnd)
        {
            return new HttpTemplate(_text, [], [], null);
        }

        string? verb = null;
        if (!ParseSegments(variable: null) || !ParseVerb(ref verb))
        {
            return null;
        }

        return new HttpTemplate(_text, [.. _segments], [.. _variables], verb);
    }

    private bool ParseSegments(string? variable)
    {
        while (true)
        {
            if (!ParseSegment(variable))
            {
                return false;
            }

            if (Current != '/')
            {
                return true;
            }

            _position++;
        }
    }

    private bool ParseSegment(string? variable)
    {
        if (_segments.Count == MaxSegments)
        {
            return Fail(_position, $"a template has at most {MaxSegments} segments.");
        }

        var parsed = Current switch
        {
            '*' => ParseWildcard(variable),
            '{' => ParseVariable(variable),
            _ => ParseLiteralSegment(variable),
        };
        return parsed && ExpectBoundary(variable);
    }

    /// <summary>A segment is whole: `a{b}`, `a*` and `{b}c` do not exist in the grammar.</summary>
    private bool ExpectBoundary(string? variable)
    {
        if (AtEnd && variable is null)
        {
            return true;
        }

        if (AtEnd)
        {
            return Fail(_position, $"the variable '{variable}' is not closed; '}}' is missing.");
        }

        return Current switch
        {
            '/' => true,
            ':' when variable is null => true,
            ':' => Fail(_position, "':' begins a verb, which stands after the last segment and outside variables; as part of a segment write %3A."),
            '}' when variable is not null => true,
            '}' => Fail(_position, "'}' without '{'."),
            _ => Fail(_position, $"'{Current}' cannot follow here: a segment is a literal, '*', '**' or one variable, whole; '/' would be right."),
        };
    }

    private bool ParseWildcard(string? variable)
    {
        var start = _position++;
        if (Current != '*')
        {
            _segments.Add(new(SegmentKind.Any, "", variable is not null));
            return true;
        }

        _position++;
        if (_hasRest)
        {
            return Fail(start, "'**' may stand only once in a template; use '*' for a single segment.");
        }

        _hasRest = true;
        _segments.Add(new(SegmentKind.Rest, "", variable is not null));
        return true;
    }

    private bool ParseVariable(string? outer)
    {
        var start = _position;
        if (outer is not null)
        {
            return Fail(start, $"a variable may not stand inside another ('{outer}').");
        }

        if (_variables.Count == MaxVariables)
        {
            return Fail(start, $"a template has at most {MaxVariables} variables.");
        }

        _position++;
        if (!ParseFieldPath(out var path))
        {
            return false;
        }

        var first = _segments.Count;
        if (Current == '=')
        {
            _position++;
            if (!ParseSegments(path))
            {
                return false;
            }
        }
        else if (Current == '}')
        {
            _segments.Add(new(SegmentKind.Any, "", true));
        }

        if (Current != '}')
        {
            return Fail(_position, AtEnd
                ? $"the variable '{path}' is not closed; '}}' is missing."
                : $"'{Current}' cannot follow the field path '{path}'; '=' or '}}' would be right.");
        }

        _position++;
        foreach (var other in _variables)
        {
            if (other.FieldPath == path)
            {
                return Fail(start, $"the variable '{path}' is bound twice.");
            }
        }

        var count = _segments.Count - first;
        _variables.Add(new(path, first, count, count > 1 || _segments[first].Kind == SegmentKind.Rest));
        return true;
    }

    private bool ParseFieldPath(out string path)
    {
        path = "";
        var start = _position;
        while (true)
        {
            if (!char.IsAsciiLetter(Current) && Current != '_')
            {
                return Fail(_position, "a field name is expected here: a letter or '_', then letters, digits or '_'.");
            }

            while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
            {
                _position++;
            }

            if (Current != '.')
            {
                path = _text[start.._position];
                return true;
            }

            _position++;
        }
    }

    private bool ParseLiteralSegment(string? variable)
    {
        var start = _position;
        if (!ParseLiteral("segment", out var literal))
        {
            return false;
        }

        if (literal is "." or "..")
        {
            return Fail(start, "'.' and '..' never reach a matcher: they are resolved or refused before.");
        }

        _segments.Add(new(SegmentKind.Literal, literal, variable is not null));
        return true;
    }

    private bool ParseVerb(ref string? verb)
    {
        if (Current == ':' && !AtEnd)
        {
            _position++;
            if (!ParseLiteral("verb", out var text))
            {
                return false;
            }

            verb = text;
        }

        if (AtEnd)
        {
            return true;
        }

        return Fail(_position, Current == '/'
            ? "a verb stands at the very end; as part of a segment write ':' as %3A."
            : $"'{Current}' cannot stand in a verb; percent-encode it.");
    }

    private bool ParseLiteral(string what, out string literal)
    {
        literal = "";
        var start = _position;
        while (!AtEnd && Current is not ('/' or '{' or '}' or '*' or ':'))
        {
            if (Current is <= ' ' or '?' or '#' or '\\' or '\u007F')
            {
                return Fail(_position, $"'{(char.IsControl(Current) ? '�' : Current)}' cannot stand in a path; percent-encode it.");
            }

            if (Current == '%' && !PercentEncoding.IsEscape(_text, _position))
            {
                return Fail(_position, "'%' begins an escape of two hexadecimal digits; a percent sign itself is %25.");
            }

            _position++;
        }

        if (_position == start)
        {
            return Fail(start, $"the {what} is empty; a literal, '*', '**' or a variable would be right.");
        }

        if (!PercentEncoding.TryDecode(_text.AsSpan(start, _position - start), out var decoded))
        {
            return Fail(start, $"the escapes of the {what} are not UTF-8.");
        }

        literal = decoded;
        return true;
    }

    private bool Fail(int position, string text)
    {
        _problem ??= new TemplateProblem(position, text);
        return false;
    }
}
