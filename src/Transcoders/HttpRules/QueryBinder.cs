using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Sets fields from the query: `page_size=5&amp;filter.author=x` → `{ page_size: 5, filter: { author: "x" } }`.</summary>
/// <remarks>A name is a field path in names of the .proto file or of JSON, mixed as one likes. Repeated fields take repeated parameters.</remarks>
internal sealed class QueryBinder
{
    /// <summary>Longest decoded name in characters; a longer one is unknown.</summary>
    private const int MaxName = 512;

    private readonly MessageNode _request;
    private readonly FieldDescriptor? _bodyField;
    private readonly bool _bodyIsWhole;
    private readonly WeaveOptions _options;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _ignored;

    public QueryBinder(MessageNode request, FieldDescriptor? bodyField, bool bodyIsWhole, WeaveOptions options)
    {
        _request = request;
        _bodyField = bodyField;
        _bodyIsWhole = bodyIsWhole;
        _options = options;
        _ignored = options.IgnoreQuery.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public MessageNode Request => _request;

    /// <summary>Appends every parameter that sets a field.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT naming the parameter.</exception>
    public void Write(ReadOnlySpan<char> rawQuery, ref FieldSet set, ref ScratchBytes scratch, PayloadBuffer output)
    {
        var writer = new WireWriter(output);
        var count = 0;
        while (!rawQuery.IsEmpty)
        {
            var end = rawQuery.IndexOf('&');
            var pair = end < 0 ? rawQuery : rawQuery[..end];
            rawQuery = end < 0 ? default : rawQuery[(end + 1)..];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (++count > _options.MaxParameters)
            {
                throw new CallException(StatusCode.InvalidArgument, $"The query has more than {_options.MaxParameters} parameters.");
            }

            WritePair(pair, ref set, ref scratch, output, ref writer);
        }

        writer.Flush();
    }

    [SkipLocalsInit]
    private void WritePair(
        ReadOnlySpan<char> pair, ref FieldSet set, ref ScratchBytes scratch, PayloadBuffer output, ref WireWriter writer)
    {
        var equals = pair.IndexOf('=');
        var rawName = equals < 0 ? pair : pair[..equals];
        if (pair.Length > _options.MaxParameterLength)
        {
            throw Refuse(rawName, $"the query parameter is longer than {_options.MaxParameterLength} characters.");
        }

        Span<char> buffer = stackalloc char[MaxName];
        var decoded = DecodeName(rawName, buffer, ref scratch);
        var name = decoded < 0 ? rawName : buffer[..decoded];
        if (_ignored.Contains(name))
        {
            return;
        }

        var rawValue = equals < 0 ? default : pair[(equals + 1)..];
        if (_options.IgnoreSystemParameters && SystemParameters.Is(name, _request))
        {
            if (SystemParameters.AsksForOther(name, rawValue))
            {
                throw Refuse(name, $"the answer is JSON, and the query asks for '{ClientText.Show(rawValue)}'; json would be right.");
            }

            return;
        }

        var chain = default(Chain);
        var path = _options.MapQuery ? CutKey(name, out var key) : NoKey(name, out key);
        if (Resolve(path, path.Length != name.Length, chain, out var depth) is { } refusal)
        {
            RefuseUnknown(name, refusal);
            return;
        }

        Set(name, key, ((ReadOnlySpan<FieldNode>)chain)[..depth], rawValue, ref set, ref scratch, output, ref writer);
    }

    private static ReadOnlySpan<char> NoKey(ReadOnlySpan<char> name, out ReadOnlySpan<char> key)
    {
        key = default;
        return name;
    }

    /// <summary>`labels[a.b]` → `labels`, and the key `a.b`.</summary>
    private static ReadOnlySpan<char> CutKey(ReadOnlySpan<char> name, out ReadOnlySpan<char> key)
    {
        var open = name.EndsWith(']') ? name.IndexOf('[') : -1;
        key = open < 0 ? default : name[(open + 1)..^1];
        return open < 0 ? name : name[..open];
    }

    /// <summary>Walks the name's segments down the request; returns why it leads nowhere, or null.</summary>
    private string? Resolve(ReadOnlySpan<char> name, bool hasKey, Span<FieldNode> chain, out int depth)
    {
        depth = 0;
        if (_bodyIsWhole)
        {
            return "the whole request is in the body";
        }

        var message = _request;
        while (true)
        {
            var dot = name.IndexOf('.');
            var node = message.Find(dot < 0 ? name : name[..dot]);
            if (node is null || depth == NestedWriter.MaxDepth)
            {
                return "the request has no such field";
            }

            if (depth == 0 && ReferenceEquals(node.Field, _bodyField))
            {
                return "that field is the body";
            }

            chain[depth++] = node;
            switch (node.Role)
            {
                case FieldRole.BodyOnly when hasKey && dot < 0 && node.MapValue is not null && depth < NestedWriter.MaxDepth:
                    return null;
                case not FieldRole.Message when hasKey:
                    return $"'{node.Field.Name}' is not a map of single values, one of which a key could name";
                case FieldRole.BodyOnly:
                    return "a field of this type can only be set by a body";
                case FieldRole.Leaf:
                    return dot < 0 ? null : $"'{node.Field.Name}' is not a message with fields to set one by one";
                default:
                    if (dot < 0)
                    {
                        return "it is a message; name one of its fields";
                    }

                    name = name[(dot + 1)..];
                    message = node.Message!;
                    break;
            }
        }
    }

    private void Set(
        scoped ReadOnlySpan<char> name, scoped ReadOnlySpan<char> key, scoped ReadOnlySpan<FieldNode> chain, scoped ReadOnlySpan<char> rawValue,
        ref FieldSet set, ref ScratchBytes scratch, PayloadBuffer output, ref WireWriter writer)
    {
        if (set.IsFull)
        {
            throw new CallException(StatusCode.InvalidArgument, $"The query sets more than {FieldSet.MaxCount} fields, messages on the way included.");
        }

        var parent = FieldSet.Root;
        foreach (var node in chain)
        {
            parent = set.Add(parent, node, out var rival);
            if (rival is not null)
            {
                throw Refuse(
                    name, $"it and '{rival.Field.Name}' exclude each other: both belong to the oneof '{rival.Field.RealContainingOneof.Name}'.");
            }
        }

        ref var entry = ref set[parent];
        if (entry.FromPath)
        {
            if (_options.Conflict == FieldConflict.Reject)
            {
                throw Refuse(name, "the field is set by the path and by the query; set it once.");
            }

            return;
        }

        var leaf = chain[^1];
        if (entry.IsSet && !leaf.IsRepeated)
        {
            throw Refuse(name, "the query parameter is given twice, but the field holds one value.");
        }

        entry.IsSet = true;
        var value = scratch.Get(PercentEncoding.MaxBytes(rawValue.Length));
        if (!PercentEncoding.TryDecode(rawValue, _options.PlusIsSpace ? PercentMode.Form : PercentMode.All, value, out var length))
        {
            throw Refuse(name, "the query parameter has a malformed escape or is not UTF-8.");
        }

        var wrong = leaf.MapValue is null
            ? NestedWriter.TryWrite(chain, value[..length], _options, output, ref writer)
            : WriteEntry(name, key, chain, value[..length], output, ref writer);
        if (wrong is { } expected)
        {
            throw Refuse(name, $"the query has '{ClientText.Show(value[..length])}'; expected {expected}.");
        }
    }

    /// <summary>An entry of a map is a message of its key and its value: `labels[a]=b` → `{ labels: { key: "a", value: "b" } }`.</summary>
    [SkipLocalsInit]
    private string? WriteEntry(
        scoped ReadOnlySpan<char> name, scoped ReadOnlySpan<char> key, scoped ReadOnlySpan<FieldNode> chain, scoped ReadOnlySpan<byte> value,
        PayloadBuffer output, ref WireWriter writer)
    {
        Span<byte> text = stackalloc byte[MaxName * 3];
        if (!Encoding.UTF8.TryGetBytes(key, text, out var length))
        {
            throw Refuse(name, $"a key in a query has at most {MaxName} characters.");
        }

        var whole = default(Chain);
        chain.CopyTo(whole);
        whole[chain.Length] = chain[^1].MapValue!;
        return NestedWriter.TryWrite(((ReadOnlySpan<FieldNode>)whole)[..(chain.Length + 1)], value, _options, output, ref writer, chain[^1].MapKey, text[..length]);
    }

    private void RefuseUnknown(ReadOnlySpan<char> name, string reason)
    {
        if (_options.UnknownQuery == UnknownQuery.Reject)
        {
            throw PayloadErrors.InvalidField(ClientText.Show(name), $"the query parameter sets nothing: {reason}.", PayloadErrors.UnknownField);
        }
    }

    private static CallException Refuse(ReadOnlySpan<char> name, string description) =>
        PayloadErrors.InvalidField(ClientText.Show(name), description);

    /// <summary>Decodes a name; -1 when the raw one is to be used, because nothing is escaped or nothing sensible is.</summary>
    private int DecodeName(ReadOnlySpan<char> raw, scoped Span<char> buffer, ref ScratchBytes scratch)
    {
        if (!raw.ContainsAny('%', '+'))
        {
            return -1;
        }

        var utf8 = scratch.Get(PercentEncoding.MaxBytes(raw.Length));
        var mode = _options.PlusIsSpace ? PercentMode.Form : PercentMode.All;
        return PercentEncoding.TryDecode(raw, mode, utf8, out var length) && Encoding.UTF8.TryGetChars(utf8[..length], buffer, out var chars)
            ? chars
            : -1;
    }

    [InlineArray(NestedWriter.MaxDepth)]
    private struct Chain
    {
        private FieldNode _first;
    }
}
