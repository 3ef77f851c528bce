using System.Buffers;

namespace Transcoders.Payloads;

/// <content>
/// The careful way: the occurrences of a message's fields are gathered and sorted before anything is printed, so that
/// lists come together, the last of scalars counts, split messages merge and the last member of a oneof stands.
/// </content>
internal ref partial struct WireToJson
{
    /// <summary>Most bytes of merged copies alive at once: nested splits would otherwise multiply a message by its depth.</summary>
    private const int MergeLimit = 64 * 1024 * 1024;

    private bool CarefulFields(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        Gather(plan, data);
        var nextDefault = 0;
        var i = first;
        while (NextRun(i, out var start, out var end))
        {
            var field = plan.Fields[_scratch.Spans[start].Field];
            if (_emitDefaults)
            {
                Defaults(plan, nextDefault, field.Index);
                nextDefault = field.Index + 1;
            }

            var tokenAt = _out.Position;
            _out.WriteToken(field.Token, field.TokenLength);
            var valueAt = _out.Position;
            if (!Run(field, data, start, end, out var isDefault))
            {
                return false;
            }

            if (!_emitDefaults && ((isDefault && !field.HasPresence) || _out.Position == valueAt))
            {
                _out.Position = tokenAt;
            }

            i = end;
        }

        if (_emitDefaults)
        {
            Defaults(plan, nextDefault, plan.Fields.Length);
        }

        _scratch.SpanCount = first;
        return true;
    }

    /// <summary>The value of a message that consists of one field, such as the map of a Struct.</summary>
    private bool OnlyField(FieldPlan field, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        GatherOne(field, data);
        var written = _scratch.SpanCount == first;
        if (written)
        {
            Default(field);
        }
        else
        {
            written = Run(field, data, first, _scratch.SpanCount, out _);
        }

        _scratch.SpanCount = first;
        return written;
    }

    private bool CarefulValue(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        Gather(plan, data);
        if (!NextRun(first, out var start, out var end))
        {
            _out.WriteSmall("null"u8);
            _scratch.SpanCount = first;
            return true;
        }

        var field = plan.Fields[_scratch.Spans[start].Field];
        bool written;
        if (field.Kind is FieldKind.Double or FieldKind.Enum)
        {
            var position = _scratch.Spans[end - 1].Start;
            written = ValueMember(field, data, ref position);
        }
        else
        {
            written = Run(field, data, start, end, out _);
        }

        _scratch.SpanCount = first;
        return written;
    }

    /// <summary>The value of one field of the root, alone.</summary>
    private bool OneField(MessagePlan plan, FieldPlan wanted, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        Gather(plan, data);
        var i = first;
        while (NextRun(i, out var start, out var end))
        {
            if (_scratch.Spans[start].Field == wanted.Index)
            {
                var at = _out.Position;
                if (!Run(wanted, data, start, end, out _))
                {
                    return false;
                }

                if (_out.Position == at)
                {
                    Default(wanted);
                }

                return true;
            }

            i = end;
        }

        if (wanted.Shape == FieldShape.Singular && wanted.Message is { Form: not (MessageForm.Fields or MessageForm.Struct) })
        {
            _out.WriteSmall("null"u8);
        }
        else
        {
            Default(wanted);
        }

        return true;
    }

    /// <summary>Pushes every occurrence of a known field, drops members of a oneof that a later one replaced, and sorts by field and order.</summary>
    private void Gather(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            Push(plan.FindByNumber((int)(tag >> 3)), data, ref position, tag);
        }

        if (plan.HasOneofs)
        {
            DropReplaced(plan, first);
        }

        _scratch.Spans.AsSpan(first, _scratch.SpanCount - first).Sort(static (a, b) =>
            a.Field != b.Field ? a.Field.CompareTo(b.Field) : a.Order.CompareTo(b.Order));
    }

    private void GatherOne(FieldPlan field, ReadOnlySpan<byte> data)
    {
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            Push(tag >> 3 == (uint)field.Number ? field : null, data, ref position, tag);
        }
    }

    /// <summary>Remembers where the value lies, unless nobody knows the field.</summary>
    private void Push(FieldPlan? field, ReadOnlySpan<byte> data, scoped ref int position, uint tag)
    {
        var wireType = (int)(tag & 7);
        if (field is null || !Accepts(field, wireType))
        {
            Skip(data, ref position, tag);
            return;
        }

        var head = position;
        var start = position;
        ReadOnlySpan<byte> content = default;
        if (wireType == WireType.StartGroup)
        {
            if (!WireReader.TryReadGroup(data, ref position, field.Number, out content))
            {
                FailCut(data, start);
            }
        }
        else if (wireType == WireType.Length)
        {
            content = LengthDelimited(data, ref position);
            start = position - content.Length;
        }
        else
        {
            Skip(data, ref position, tag);
        }

        if (field.Kind == FieldKind.Enum && field.Enum!.IsClosed && wireType == WireType.Varint)
        {
            var at = start;
            if (!field.Enum.Declares((int)Varint(data, ref at)))
            {
                return;
            }
        }

        var length = wireType is WireType.Length or WireType.StartGroup ? content.Length : position - start;
        _scratch.PushSpan(new(field.Index, _scratch.SpanCount, head, start, length, wireType));
    }

    private void DropReplaced(MessagePlan plan, int first)
    {
        var spans = _scratch.Spans.AsSpan(first, _scratch.SpanCount - first);
        var oneofs = (plan.SeenWords * 64) - plan.Fields.Length;
        Span<int> winners = oneofs <= 256 ? stackalloc int[oneofs] : new int[oneofs];
        winners.Clear();
        var kept = spans.Length;
        for (var i = spans.Length - 1; i >= 0; i--)
        {
            var field = plan.Fields[spans[i].Field];
            if (field.OneofBit >= 0)
            {
                // The winner is remembered as its index plus one; once another member stood in between, as a negative number.
                ref var winner = ref winners[field.OneofBit - plan.Fields.Length];
                if (winner == 0)
                {
                    winner = field.Index + 1;
                }
                else if (winner != field.Index + 1)
                {
                    winner = -1;
                    continue;
                }
            }

            spans[--kept] = spans[i];
        }

        spans[kept..].CopyTo(spans);
        _scratch.SpanCount -= kept;
    }

    /// <summary>The next occurrences that belong to one field.</summary>
    private readonly bool NextRun(int from, out int start, out int end)
    {
        start = from;
        end = from;
        if (from >= _scratch.SpanCount)
        {
            return false;
        }

        var field = _scratch.Spans[from].Field;
        while (end < _scratch.SpanCount && _scratch.Spans[end].Field == field)
        {
            end++;
        }

        return true;
    }

    /// <summary>Prints one field from its occurrences.</summary>
    private bool Run(FieldPlan field, ReadOnlySpan<byte> data, int start, int end, out bool isDefault)
    {
        isDefault = false;
        switch (field.Shape)
        {
            case FieldShape.Map:
                return CarefulMap(field, data, start, end);
            case FieldShape.Repeated:
                return CarefulList(field, data, start, end);
            default:
                if (field.Message is not null)
                {
                    return Merged(field.Message, data, start, end);
                }

                var position = _scratch.Spans[end - 1].Head;
                return Single(field, data, ref position, out isDefault);
        }
    }

    /// <summary>Messages that came in pieces: the wire form of a merged message is its pieces one after the other.</summary>
    private bool Merged(MessagePlan plan, ReadOnlySpan<byte> data, int start, int end)
    {
        var pieces = 0;
        var total = 0;
        var last = start;
        for (var i = start; i < end; i++)
        {
            if (_scratch.Spans[i].Length != 0)
            {
                pieces++;
                total = checked(total + _scratch.Spans[i].Length);
                last = i;
            }
        }

        if (pieces <= 1)
        {
            return Message(plan, data.Slice(_scratch.Spans[last].Start, _scratch.Spans[last].Length));
        }

        if (total > MergeLimit - _merged)
        {
            Fail($"the pieces of split messages come to more than {MergeLimit} bytes", data, 0);
        }

        _merged += total;
        var copy = ArrayPool<byte>.Shared.Rent(total);
        var length = 0;
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            data.Slice(span.Start, span.Length).CopyTo(copy.AsSpan(length));
            length += span.Length;
        }

        var written = Message(plan, copy.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(copy);
        _merged -= total;
        return written;
    }

    private bool CarefulList(FieldPlan field, ReadOnlySpan<byte> data, int start, int end)
    {
        var at = _out.Position;
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            if (field.Message is not null)
            {
                _out.WriteByte((byte)',');
                if (!Message(field.Message, data.Slice(span.Start, span.Length)))
                {
                    return false;
                }
            }
            else if (span.Type == WireType.Length && field.ElementWireType != WireType.Length)
            {
                CarefulPacked(field, data.Slice(span.Start, span.Length));
            }
            else
            {
                _out.WriteByte((byte)',');
                var position = span.Head;
                Single(field, data, ref position, out _);
            }
        }

        if (_out.Position != at || _emitDefaults)
        {
            Close(at, (byte)'[', (byte)']');
        }

        return true;
    }

    private void CarefulPacked(FieldPlan field, ReadOnlySpan<byte> chunk)
    {
        var position = 0;
        while (position < chunk.Length)
        {
            var start = _out.Position;
            _out.WriteByte((byte)',');
            if (!Single(field, chunk, ref position, out _))
            {
                // A number that a closed enum does not declare.
                _out.Position = start;
            }
        }
    }
}
