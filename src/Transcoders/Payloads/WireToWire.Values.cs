using System.Buffers;
using System.Text.Unicode;

namespace Transcoders.Payloads;

/// <content>Scalars, lists of them, and maps.</content>
internal ref partial struct WireToWire
{
    /// <summary>Rewrites one scalar without its tag; true when it is what a field without presence has when it is absent.</summary>
    private bool Value(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        switch (field.ElementWireType)
        {
            case WireType.Fixed32:
                if (!WireReader.TryReadFixed32(data, ref position, out var fixed32))
                {
                    FailCut(data, position);
                }

                _out.WriteFixed32(fixed32);
                return fixed32 == 0;
            case WireType.Fixed64:
                if (!WireReader.TryReadFixed64(data, ref position, out var fixed64))
                {
                    FailCut(data, position);
                }

                _out.WriteFixed64(fixed64);
                return fixed64 == 0;
            case WireType.Length:
                return Bytes(field, data, ref position);
            default:
                if (!WireReader.TryReadVarint(data, ref position, out var varint))
                {
                    FailCut(data, position);
                }

                varint = Narrowed(field.Kind, varint);
                _out.WriteVarint(varint);
                return varint == 0;
        }
    }

    /// <summary>What a reader of that type makes of a varint of 64 bits.</summary>
    private static ulong Narrowed(FieldKind kind, ulong varint) => kind switch
    {
        FieldKind.Bool => varint == 0 ? 0UL : 1UL,
        FieldKind.Int32 or FieldKind.Enum => (ulong)(int)varint,
        FieldKind.UInt32 or FieldKind.SInt32 => (uint)varint,
        _ => varint,
    };

    private bool Bytes(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadLengthDelimited(data, ref position, out var bytes))
        {
            FailCut(data, position);
        }

        if (field.ValidatesUtf8 && !Utf8.IsValid(bytes))
        {
            Fail("the string is not valid UTF-8", data, position - 1);
        }

        _out.WriteLengthDelimited(bytes);
        return bytes.IsEmpty;
    }

    /// <summary>A list of scalars, of which any may have come packed.</summary>
    private void List(FieldPlan field, ReadOnlySpan<byte> data, int start, int end)
    {
        var at = _out.Position;
        var mark = 0;
        if (field.IsPacked)
        {
            Tag(field.TagBits, field.TagSize);
            mark = _out.BeginLength();
        }

        var undeclared = false;
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            if (span.Type == WireType.Length && field.ElementWireType != WireType.Length)
            {
                Packed(field, data.Slice(span.Start, span.Length), declared: true, ref undeclared);
            }
            else
            {
                var position = span.Head;
                Element(field, data, ref position);
            }
        }

        if (field.IsPacked)
        {
            if (_out.Position == mark)
            {
                _out.Position = at;
            }
            else
            {
                _out.EndLength(mark);
            }
        }

        // Numbers that a closed enum does not declare are unknown fields, each by itself.
        for (var i = start; undeclared && i < end; i++)
        {
            var span = _scratch.Spans[i];
            if (span.Type == WireType.Length)
            {
                Packed(field, data.Slice(span.Start, span.Length), declared: false, ref undeclared);
            }
        }
    }

    private void Packed(FieldPlan field, ReadOnlySpan<byte> chunk, bool declared, ref bool undeclared)
    {
        var position = 0;
        while (position < chunk.Length)
        {
            if (field.Enum is { IsClosed: true } type)
            {
                var next = position;
                if (!WireReader.TryReadVarint(chunk, ref next, out var number))
                {
                    FailCut(chunk, next);
                }

                var known = type.Declares((int)number);
                undeclared |= !known;
                if (known != declared)
                {
                    position = next;
                    continue;
                }

                if (!declared)
                {
                    _out.WriteTag(field.Number, WireType.Varint);
                    Value(field, chunk, ref position);
                    continue;
                }
            }

            Element(field, chunk, ref position);
        }
    }

    private void Element(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!field.IsPacked)
        {
            Tag(field.TagBits, field.TagSize);
        }

        Value(field, data, ref position);
    }

    private void Map(FieldPlan map, ReadOnlySpan<byte> data, int start, int end)
    {
        // 1. Write the keys for a moment, to learn which entry is the last of its key.
        var at = _out.Position;
        var owners = ArrayPool<int>.Shared.Rent(end - start);
        var keys = new KeySet(_scratch);
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            var entry = data.Slice(span.Start, span.Length);
            if (!FieldGatherer.EntryCounts(map, entry))
            {
                continue;
            }

            var keyAt = _out.Position;
            EntryPart(map.MapKey, entry);
            if (!keys.Add(_out.Written, keyAt, _out.Position - keyAt, out var index))
            {
                _scratch.Spans[owners[index]] = _scratch.Spans[owners[index]] with { Order = -1 };
            }

            owners[index] = i;
        }

        keys.Dispose();
        ArrayPool<int>.Shared.Return(owners);
        _out.Position = at;

        // 2. Write what is left; an entry that does not count is an unknown field.
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            if (span.Order < 0)
            {
                continue;
            }

            var entry = data.Slice(span.Start, span.Length);
            Tag(map.TagBits, map.TagSize);
            if (!FieldGatherer.EntryCounts(map, entry))
            {
                _out.WriteLengthDelimited(entry);
                continue;
            }

            var mark = _out.BeginLength();
            EntryPart(map.MapKey, entry);
            EntryPart(map.MapValue, entry);
            _out.EndLength(mark);
        }
    }

    /// <summary>The key or the value of an entry, with its default where it is absent.</summary>
    private void EntryPart(FieldPlan part, ReadOnlySpan<byte> entry)
    {
        var first = _scratch.SpanCount;
        if (!FieldGatherer.TryGatherOne(_scratch, part, entry, out var at, out var problem))
        {
            Fail(problem, entry, at);
        }

        if (_scratch.SpanCount != first)
        {
            Field(part, entry, first, _scratch.SpanCount, keepDefault: true);
        }
        else
        {
            Tag(part.TagBits, part.TagSize);
            Default(part);
        }

        _scratch.SpanCount = first;
    }

    private void Default(FieldPlan field)
    {
        switch (field.ElementWireType)
        {
            case WireType.Fixed32:
                _out.WriteFixed32(0);
                break;
            case WireType.Fixed64:
                _out.WriteFixed64(0);
                break;
            default:
                // An enum's first value, false, zero, or the length of nothing.
                _out.WriteVarint((ulong)(field.Enum?.Default ?? 0));
                break;
        }
    }

    private readonly void FailCut(ReadOnlySpan<byte> data, int position) => Fail("a value is cut short or malformed", data, position);
}
