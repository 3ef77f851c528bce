using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Writes the path of one template from the texts of its variables: `/v1/{name=books/*}:close` and `books/7` → `/v1/books/7:close`.</summary>
internal sealed class PathUnweaver
{
    private readonly Part[] _parts;
    private readonly byte[] _verb;

    private PathUnweaver(Part[] parts, byte[] verb)
    {
        _parts = parts;
        _verb = verb;
    }

    /// <summary>A piece of the path: fixed text, or a variable with the pattern its value must have.</summary>
    private readonly record struct Part(byte[] Text, PathLeaf? Leaf, TemplateSegment[] Pattern);

    /// <summary>Compiles a template; null, with the reason, when its path cannot be made of a message.</summary>
    public static PathUnweaver? Compile(HttpTemplate template, ReadOnlySpan<PathLeaf> leaves, out string? problem)
    {
        problem = null;
        var parts = new List<Part>();
        using var text = new PayloadBuffer(64 * 1024);
        var segments = template.Segments;
        var next = 0;
        for (var i = 0; i < segments.Length; i++)
        {
            text.Write("/"u8);
            if (next < template.Variables.Length && template.Variables[next].First == i)
            {
                var variable = template.Variables[next];
                parts.Add(new Part(text.WrittenSpan.ToArray(), leaves[next], segments.Slice(i, variable.Count).ToArray()));
                text.Clear();
                next++;
                i += variable.Count - 1;
            }
            else if (segments[i].Kind == SegmentKind.Literal)
            {
                PercentEncoder.Write(text, Encoding.UTF8.GetBytes(segments[i].Literal), keepSlash: false);
            }
            else
            {
                problem = $"the template '{template}' has a wildcard outside a variable, so that no message says what stands there; give it a variable.";
                return null;
            }
        }

        if (segments.IsEmpty)
        {
            text.Write("/"u8);
        }

        parts.Add(new Part(text.WrittenSpan.ToArray(), null, []));
        text.Clear();
        if (template.Verb is { } verb)
        {
            text.Write(":"u8);
            PercentEncoder.Write(text, Encoding.UTF8.GetBytes(verb), keepSlash: false);
        }

        return new PathUnweaver([.. parts], text.WrittenSpan.ToArray());
    }

    /// <summary>Appends the path.</summary>
    /// <param name="json">The message as JSON, into which the captures point.</param>
    /// <param name="captures">The values of the variables, in order; an empty range is a field that is not set.</param>
    /// <param name="output">Takes the path.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT naming the variable whose value has no place in the path.</exception>
    public void Write(ReadOnlySpan<byte> json, ReadOnlySpan<(int Start, int End)> captures, PayloadBuffer output)
    {
        Span<byte> stack = stackalloc byte[ScratchBytes.StackSize];
        var scratch = new ScratchBytes(stack);
        try
        {
            var variable = 0;
            foreach (var part in _parts)
            {
                output.Write(part.Text);
                if (part.Leaf is { } leaf)
                {
                    var (start, end) = captures[variable++];
                    var value = start == end ? Absent(leaf) : LeafText.Read(json[start..end], leaf.Chain[^1], ref scratch);
                    Check(leaf, part.Pattern, value);
                    PercentEncoder.Write(output, value, keepSlash: leaf.IsMultiSegment);
                }
            }

            output.Write(_verb);
        }
        finally
        {
            scratch.Dispose();
        }
    }

    /// <summary>What a field without presence has when it is not in the message.</summary>
    private static ReadOnlySpan<byte> Absent(PathLeaf leaf)
    {
        var field = leaf.Chain[^1].Field;
        if (field.HasPresence)
        {
            throw PayloadErrors.InvalidField(leaf.FieldPath, "the path needs it, and it is not set.");
        }

        return field.FieldType switch
        {
            FieldType.String or FieldType.Bytes => default,
            FieldType.Bool => "false"u8,
            FieldType.Enum => Encoding.UTF8.GetBytes(field.EnumType.Values[0].Name),
            _ => "0"u8,
        };
    }

    private static void Check(PathLeaf leaf, TemplateSegment[] pattern, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            throw PayloadErrors.InvalidField(leaf.FieldPath, "the path needs it, and it is empty.");
        }

        if (!leaf.IsMultiSegment)
        {
            ThrowIfDots(leaf, value);
            return;
        }

        if (!Fits(leaf, pattern, value))
        {
            throw PayloadErrors.InvalidField(leaf.FieldPath, $"the path needs a value like '{Show(pattern)}', and it is '{ClientText.Show(value)}'.");
        }
    }

    private static bool Fits(PathLeaf leaf, TemplateSegment[] pattern, ReadOnlySpan<byte> value)
    {
        var count = value.Count((byte)'/') + 1;
        var rest = Array.FindIndex(pattern, static segment => segment.Kind == SegmentKind.Rest);
        if (rest < 0 ? count != pattern.Length : count < pattern.Length - 1)
        {
            return false;
        }

        var at = 0;
        foreach (var range in value.Split((byte)'/'))
        {
            var segment = value[range];
            ThrowIfDots(leaf, segment);
            var index = rest < 0 || at < rest ? at : Math.Max(rest, at - count + pattern.Length);
            at++;
            if (segment.IsEmpty || (pattern[index].Kind == SegmentKind.Literal && !Equal(pattern[index].Literal, segment)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A segment of dots would lead out of the path wherever a server or a proxy resolves it (RFC 3986 §5.2.4), escaped or not.</summary>
    private static void ThrowIfDots(PathLeaf leaf, ReadOnlySpan<byte> segment)
    {
        if (segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8))
        {
            throw PayloadErrors.InvalidField(leaf.FieldPath, "a path cannot carry a segment of dots alone.");
        }
    }

    private static bool Equal(string literal, ReadOnlySpan<byte> segment) =>
        Encoding.UTF8.GetByteCount(literal) == segment.Length && Encoding.UTF8.GetString(segment) == literal;

    private static string Show(TemplateSegment[] pattern)
    {
        var texts = new string[pattern.Length];
        for (var i = 0; i < pattern.Length; i++)
        {
            texts[i] = pattern[i].Kind switch { SegmentKind.Any => "*", SegmentKind.Rest => "**", _ => pattern[i].Literal };
        }

        return string.Join('/', texts);
    }
}
