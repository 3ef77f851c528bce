using System.Buffers;

namespace Transcoders.Payloads;

/// <content>
/// The careful way: the occurrences of a message's fields are gathered and sorted before anything is printed, so that
/// lists come together, the last of scalars counts, split messages merge and the last member of a oneof stands.
/// </content>
internal ref partial struct WireToJson
{
    private bool CarefulFields(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var first = _scratch.SpanCount;
        Gather(plan, data);
        return GatheredFields(plan, data, first);
    }

    /// <summary>Prints the fields whose occurrences lie on the stack from <paramref name="first"/> on, and takes them off.</summary>
    private bool GatheredFields(MessagePlan plan, ReadOnlySpan<byte> data, int first)
    {
        var nextDefault = 0;
        var i = first;
        while (FieldGatherer.NextRun(_scratch, i, out var start, out var end))
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
        if (!FieldGatherer.NextRun(_scratch, first, out var start, out var end))
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
        while (FieldGatherer.NextRun(_scratch, i, out var start, out var end))
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

    private void Gather(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        if (!FieldGatherer.TryGather(_scratch, plan, data, keepUnknown: false, out var at, out var problem))
        {
            Fail(problem, data, at);
        }
    }

    private void GatherOne(FieldPlan field, ReadOnlySpan<byte> data)
    {
        if (!FieldGatherer.TryGatherOne(_scratch, field, data, out var at, out var problem))
        {
            Fail(problem, data, at);
        }
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
        if (_scratch.OnlyPiece(start, end, out var total) is { } only)
        {
            return Message(plan, data.Slice(only.Start, only.Length));
        }

        if (plan.Form == MessageForm.Fields)
        {
            return MergedFields(plan, data, start, end);
        }

        if (total > PayloadScratch.MergeLimit - _merged)
        {
            Fail($"the pieces of split messages come to more than {PayloadScratch.MergeLimit} bytes", data, 0);
        }

        _merged += (int)total;
        var copy = ArrayPool<byte>.Shared.Rent((int)total);
        var written = Message(plan, _scratch.Join(data, start, end, copy));
        ArrayPool<byte>.Shared.Return(copy);
        _merged -= (int)total;
        return written;
    }

    /// <summary>Fields may stay where they lie, in whichever piece.</summary>
    private bool MergedFields(MessagePlan plan, ReadOnlySpan<byte> data, int start, int end)
    {
        if (++_depth > _maxDepth)
        {
            FailDepth(data);
        }

        var first = _scratch.SpanCount;
        if (!FieldGatherer.TryGatherPieces(_scratch, plan, data, start, end, out var at, out var problem))
        {
            Fail(problem, data, at);
        }

        var opening = _out.Position;
        if (!GatheredFields(plan, data, first))
        {
            return false;
        }

        Close(opening, (byte)'{', (byte)'}');
        _depth--;
        return true;
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
