using System.Runtime.CompilerServices;

namespace Transcoders.Payloads;

/// <summary>Gathers the occurrences of a message's fields on the scratch's stack, sorted, for those who cannot take them as they come.</summary>
internal static class FieldGatherer
{
    /// <summary>Stands for the field of an occurrence that the message does not know: sorts behind all others.</summary>
    public const int Unknown = int.MaxValue;

    /// <summary>So many are sorted by insertion.</summary>
    private const int FewSpans = 40;

    private const string BadTag = "a field's tag is not valid";
    private const string BadValue = "a value is cut short or malformed";

    /// <summary>
    /// Pushes every occurrence of a known field, drops members of a oneof that a later one replaced, and sorts by field
    /// and order. On failure <paramref name="at"/> is the place in <paramref name="data"/> and <paramref name="problem"/> says why.
    /// </summary>
    /// <param name="scratch">Whose stack of spans they come to.</param>
    /// <param name="plan">The message.</param>
    /// <param name="data">Its wire.</param>
    /// <param name="keepUnknown">Push what the message does not know too, as one span from its tag on under <see cref="Unknown"/>.</param>
    /// <param name="at">Where it failed.</param>
    /// <param name="problem">Why it failed.</param>
    public static bool TryGather(PayloadScratch scratch, MessagePlan plan, ReadOnlySpan<byte> data, bool keepUnknown, out int at, out string problem)
    {
        var first = scratch.SpanCount;
        if (!TryPushAll(scratch, plan, data, 0, keepUnknown, out at, out problem))
        {
            return false;
        }

        Settle(scratch, plan, first);
        return true;
    }

    /// <summary>The same for a message that came in pieces, which the spans from <paramref name="start"/> to <paramref name="end"/> of the stack are: as if they were one.</summary>
    public static bool TryGatherPieces(PayloadScratch scratch, MessagePlan plan, ReadOnlySpan<byte> data, int start, int end, out int at, out string problem)
    {
        var first = scratch.SpanCount;
        for (var i = start; i < end; i++)
        {
            var piece = scratch.Spans[i];
            if (!TryPushAll(scratch, plan, data[..(piece.Start + piece.Length)], piece.Start, keepUnknown: false, out at, out problem))
            {
                return false;
            }
        }

        Settle(scratch, plan, first);
        at = 0;
        problem = "";
        return true;
    }

    /// <summary>The same for one field; all others are stepped over.</summary>
    public static bool TryGatherOne(PayloadScratch scratch, FieldPlan field, ReadOnlySpan<byte> data, out int at, out string problem)
    {
        var position = 0;
        while (position < data.Length)
        {
            var tagAt = position;
            if (!WireReader.TryReadTag(data, ref position, out var tag))
            {
                at = position;
                problem = BadTag;
                return false;
            }

            if (!TryPush(scratch, tag >> 3 == (uint)field.Number ? field : null, data, tagAt, ref position, tag, keepUnknown: false))
            {
                at = position;
                problem = BadValue;
                return false;
            }
        }

        at = 0;
        problem = "";
        return true;
    }

    /// <summary>The next occurrences that belong to one field; false at the end of the stack.</summary>
    public static bool NextRun(PayloadScratch scratch, int from, out int start, out int end)
    {
        start = from;
        end = from;
        if (from >= scratch.SpanCount)
        {
            return false;
        }

        var field = scratch.Spans[from].Field;
        while (end < scratch.SpanCount && scratch.Spans[end].Field == field)
        {
            end++;
        }

        return true;
    }

    /// <summary>True when the field may come with that wire type: its own, or a packed chunk of what can be packed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Accepts(FieldPlan field, int wireType) =>
        wireType == field.ElementWireType
        || (wireType == WireType.Length && field.Shape == FieldShape.Repeated && field.ElementWireType != WireType.StartGroup);

    /// <summary>False for an entry whose value a closed enum does not declare: it is an unknown field as a whole. Malformed entries count, so that who reads them says where.</summary>
    public static bool EntryCounts(FieldPlan map, ReadOnlySpan<byte> entry)
    {
        if (map.MapValue.Enum is not { IsClosed: true } type)
        {
            return true;
        }

        ulong number = (uint)type.Default;
        var position = 0;
        while (position < entry.Length)
        {
            if (!WireReader.TryReadTag(entry, ref position, out var tag)
                || !(tag == map.MapValue.Tag ? WireReader.TryReadVarint(entry, ref position, out number) : WireReader.TrySkip(entry, ref position, tag)))
            {
                return true;
            }
        }

        return type.Declares((int)number);
    }

    private static bool TryPushAll(
        PayloadScratch scratch, MessagePlan plan, ReadOnlySpan<byte> data, int position, bool keepUnknown, out int at, out string problem)
    {
        while (position < data.Length)
        {
            var tagAt = position;
            if (!WireReader.TryReadTag(data, ref position, out var tag))
            {
                at = position;
                problem = BadTag;
                return false;
            }

            // Most of what comes in pieces: strings and messages, under the tag they are declared with.
            var field = plan.FindByNumber((int)(tag >> 3));
            var head = position;
            if (field is not null && tag == field.Tag && (tag & 7) == WireType.Length
                && WireReader.TryReadLengthDelimited(data, ref position, out var content))
            {
                scratch.PushSpan(new(field.Index, scratch.SpanCount, head, position - content.Length, content.Length, WireType.Length));
                continue;
            }

            position = head;
            if (!TryPush(scratch, field, data, tagAt, ref position, tag, keepUnknown))
            {
                at = position;
                problem = BadValue;
                return false;
            }
        }

        at = 0;
        problem = "";
        return true;
    }

    private static void Settle(PayloadScratch scratch, MessagePlan plan, int first)
    {
        if (plan.HasOneofs)
        {
            DropReplaced(scratch, plan, first);
        }

        Sort(scratch.Spans.AsSpan(first, scratch.SpanCount - first));
    }

    /// <summary>Remembers where the value lies; what nobody knows only where it is kept.</summary>
    private static bool TryPush(
        PayloadScratch scratch, FieldPlan? field, ReadOnlySpan<byte> data, int tagAt, ref int position, uint tag, bool keepUnknown)
    {
        var wireType = (int)(tag & 7);
        var known = field is not null && Accepts(field, wireType);
        var head = position;
        var start = position;
        var length = 0;
        if (known && (wireType is WireType.StartGroup or WireType.Length))
        {
            if (!(wireType == WireType.Length
                ? WireReader.TryReadLengthDelimited(data, ref position, out var content)
                : WireReader.TryReadGroup(data, ref position, (int)(tag >> 3), out content)))
            {
                return false;
            }

            length = content.Length;
            start = wireType == WireType.Length ? position - length : start;
        }
        else
        {
            if (!WireReader.TrySkip(data, ref position, tag))
            {
                return false;
            }

            length = position - start;
            known &= !IsUndeclared(field, data, start, wireType);
        }

        if (known)
        {
            scratch.PushSpan(new(field!.Index, scratch.SpanCount, head, start, length, wireType));
        }
        else if (keepUnknown)
        {
            scratch.PushSpan(new(Unknown, scratch.SpanCount, tagAt, tagAt, position - tagAt, wireType));
        }

        return true;
    }

    /// <summary>A number that a closed enum does not declare is an unknown field.</summary>
    private static bool IsUndeclared(FieldPlan? field, ReadOnlySpan<byte> data, int start, int wireType) =>
        wireType == WireType.Varint && field is { Enum: { IsClosed: true } type }
        && WireReader.TryReadVarint(data, ref start, out var number) && !type.Declares((int)number);

    /// <summary>By field, then by order, in which they come: most are few, or nearly in place.</summary>
    private static void Sort(Span<WireSpan> spans)
    {
        if (spans.Length > FewSpans)
        {
            spans.Sort(default(ByFieldAndOrder));
            return;
        }

        for (var i = 1; i < spans.Length; i++)
        {
            var span = spans[i];
            var to = i;
            while (to > 0 && spans[to - 1].Field > span.Field)
            {
                spans[to] = spans[to - 1];
                to--;
            }

            spans[to] = span;
        }
    }

    private static void DropReplaced(PayloadScratch scratch, MessagePlan plan, int first)
    {
        var spans = scratch.Spans.AsSpan(first, scratch.SpanCount - first);
        var oneofs = (plan.SeenWords * 64) - plan.Fields.Length;
        Span<int> winners = oneofs <= 256 ? stackalloc int[oneofs] : new int[oneofs];
        winners.Clear();
        var kept = spans.Length;
        for (var i = spans.Length - 1; i >= 0; i--)
        {
            if (spans[i].Field != Unknown && plan.Fields[spans[i].Field] is { OneofBit: >= 0 } field)
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
        scratch.SpanCount -= kept;
    }

    private readonly struct ByFieldAndOrder : IComparer<WireSpan>
    {
        public int Compare(WireSpan x, WireSpan y) => x.Field != y.Field ? x.Field.CompareTo(y.Field) : x.Order.CompareTo(y.Order);
    }
}
