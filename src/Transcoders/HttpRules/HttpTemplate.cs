namespace Transcoders.HttpRules;

/// <summary>What one segment of a template accepts.</summary>
public enum SegmentKind : byte
{
    /// <summary>Exactly one text.</summary>
    Literal = 0,

    /// <summary>`*`: any one segment that is not empty.</summary>
    Any = 1,

    /// <summary>`**`: zero or more segments.</summary>
    Rest = 2,
}

/// <summary>One segment of a template, variables flattened away.</summary>
/// <param name="Kind">What it accepts.</param>
/// <param name="Literal">The text with its percent escapes decoded; empty unless <paramref name="Kind"/> is a literal.</param>
/// <param name="Captured">True when it stands inside a variable.</param>
public readonly record struct TemplateSegment(SegmentKind Kind, string Literal, bool Captured);

/// <summary>A variable of a template: which field takes which segments.</summary>
/// <param name="FieldPath">The field's path in the request, in names of the .proto file: `book.name`.</param>
/// <param name="First">Index of its first segment.</param>
/// <param name="Count">How many segments of the template it holds.</param>
/// <param name="IsMultiSegment">True for `{v=**}` and `{v=a/*}`, whose `%2F` stays encoded; false for `{v}`.</param>
public sealed record TemplateVariable(string FieldPath, int First, int Count, bool IsMultiSegment);

/// <summary>
/// A compiled path template of google.api.http: `/v1/{name=shelves/*}:close` → literal `v1`, then a variable over
/// literal `shelves` and one segment, then the verb `close`. Immutable.
/// </summary>
public sealed class HttpTemplate
{
    private readonly TemplateSegment[] _segments;
    private readonly TemplateVariable[] _variables;

    internal HttpTemplate(string text, TemplateSegment[] segments, TemplateVariable[] variables, string? verb)
    {
        Text = text;
        Verb = verb;
        _segments = segments;
        _variables = variables;
        RestIndex = Array.FindIndex(segments, static segment => segment.Kind == SegmentKind.Rest);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The custom verb, decoded and without its colon; null when there is none.</summary>
    public string? Verb { get; }

    public ReadOnlySpan<TemplateSegment> Segments => _segments;

    public ReadOnlySpan<TemplateVariable> Variables => _variables;

    /// <summary>Index of the `**` segment; -1 when the template has a fixed number of segments.</summary>
    public int RestIndex { get; }

    public override string ToString() => Text;

    /// <summary>
    /// Cuts the variables out of a path that this template matched, still percent-encoded:
    /// `/v1/shelves/1:close` → `shelves/1`.
    /// </summary>
    /// <param name="rawPath">The path that matched.</param>
    /// <param name="captures">Takes one range per variable, in the order of <see cref="Variables"/>.</param>
    public void Capture(ReadOnlySpan<char> rawPath, Span<Range> captures)
    {
        if (_variables.Length == 0)
        {
            return;
        }

        // Only a matcher told to ignore it lets a trailing slash through.
        var end = rawPath.Length > 1 && rawPath[^1] == '/' ? rawPath.Length - 1 : rawPath.Length;
        if (Verb is not null)
        {
            end = rawPath[..end].LastIndexOf(':');
        }

        var path = rawPath[..end];
        for (var i = 0; i < _variables.Length; i++)
        {
            captures[i] = Locate(path, _variables[i]);
        }
    }

    private Range Locate(ReadOnlySpan<char> path, TemplateVariable variable)
    {
        // Segments before `**` are counted from the front, those after it from the back.
        var last = variable.First + variable.Count - 1;
        var holdsRest = RestIndex >= variable.First && RestIndex <= last;
        var start = RestIndex < 0 || variable.First <= RestIndex
            ? FromFront(path, variable.First)
            : FromBack(path, _segments.Length - variable.First);
        int end;
        if (RestIndex < 0 || last < RestIndex)
        {
            end = FromFront(path, last + 1) - 1;
        }
        else if (holdsRest || last > RestIndex)
        {
            end = last == _segments.Length - 1 ? path.Length : FromBack(path, _segments.Length - 1 - last) - 1;
        }
        else
        {
            end = path.Length;
        }

        // `**` over no segments leaves nothing between its neighbours.
        return start <= end ? start..end : Math.Min(start, path.Length)..Math.Min(start, path.Length);
    }

    /// <summary>Where segment <paramref name="index"/> begins; one past the end of the path when it has no such segment.</summary>
    private static int FromFront(ReadOnlySpan<char> path, int index)
    {
        var start = 1;
        for (var i = 0; i < index; i++)
        {
            var slash = start <= path.Length ? path[start..].IndexOf('/') : -1;
            if (slash < 0)
            {
                return path.Length + 1;
            }

            start += slash + 1;
        }

        return start;
    }

    /// <summary>Where the last <paramref name="count"/> segments begin.</summary>
    private static int FromBack(ReadOnlySpan<char> path, int count)
    {
        var start = path.Length + 1;
        for (var i = 0; i < count; i++)
        {
            start = path[..(start - 1)].LastIndexOf('/') + 1;
        }

        return start;
    }
}
