using System.Diagnostics.CodeAnalysis;
using Transcoders.Payloads.WellKnown;

namespace Transcoders.Payloads;

/// <content>The well-known messages whose JSON is not an object of fields.</content>
internal ref partial struct WireToJson
{
    private bool SpecialMessage(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        switch (plan.Form)
        {
            case MessageForm.Any:
                return Any(data);
            case MessageForm.Timestamp:
            case MessageForm.Duration:
                Time(plan.Form, data);
                return true;
            case MessageForm.FieldMask:
                FieldMask(data);
                return true;
            case MessageForm.Struct:
            case MessageForm.ListValue:
                return StructOrList(plan, data);
            case MessageForm.Value:
                return Value(plan, data);
            default:
                return Wrapper(plan, data);
        }
    }

    private void Time(MessageForm form, ReadOnlySpan<byte> data)
    {
        long seconds = 0;
        var nanos = 0;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            switch (tag)
            {
                case 1 << 3:
                    seconds = (long)Varint(data, ref position);
                    break;
                case 2 << 3:
                    nanos = (int)Varint(data, ref position);
                    break;
                default:
                    Skip(data, ref position, tag);
                    break;
            }
        }

        _out.Ensure(TimestampText.MaxLength + 2);
        _out.WriteByteUnchecked((byte)'"');
        int written;
        if (form == MessageForm.Timestamp ? !TimestampText.TryFormat(seconds, nanos, _out.Room, out written) : !DurationText.TryFormat(seconds, nanos, _out.Room, out written))
        {
            FailTime(form, seconds, nanos, data);
        }

        _out.Advance(written);
        _out.WriteByteUnchecked((byte)'"');
    }

    [DoesNotReturn]
    private readonly void FailTime(MessageForm form, long seconds, int nanos, ReadOnlySpan<byte> data) =>
        Fail($"{seconds} s and {nanos} ns are out of range for a {(form == MessageForm.Timestamp ? "timestamp" : "duration")}", data, 0);

    private void FieldMask(ReadOnlySpan<byte> data)
    {
        _out.WriteByte((byte)'"');
        var start = _out.Position;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            if (tag != ((1 << 3) | WireType.Length))
            {
                Skip(data, ref position, tag);
                continue;
            }

            var path = LengthDelimited(data, ref position);
            _out.Ensure(path.Length + 1);
            if (_out.Position != start)
            {
                _out.WriteByteUnchecked((byte)',');
            }

            if (!FieldMaskText.TryToJson(path, _out.Room, out var written))
            {
                Fail($"the path '{JsonLocation.Shown(path)}' of the field mask has no lowerCamelCase form that leads back", data, position - 1);
            }

            _out.Advance(written);
        }

        _out.WriteByte((byte)'"');
    }

    /// <summary>Both hold one field only, so that order is no question; only a key that comes twice is.</summary>
    private bool StructOrList(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        if (++_depth > _maxDepth)
        {
            FailDepth(data);
        }

        if (!(plan.Form == MessageForm.Struct ? StructFields(plan.Fields[0], data) : ListValues(plan.Fields[0], data)))
        {
            return false;
        }

        _depth--;
        return true;
    }

    private bool StructFields(FieldPlan field, ReadOnlySpan<byte> data)
    {
        if (_careful)
        {
            return OnlyField(field, data);
        }

        var position = 0;
        var found = false;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            if (tag != field.Tag)
            {
                Skip(data, ref position, tag);
            }
            else if (found || !Map(field, data, ref position))
            {
                return false;
            }
            else
            {
                found = true;
            }
        }

        if (!found)
        {
            _out.WriteSmall("{}"u8);
        }

        return true;
    }

    private bool ListValues(FieldPlan field, ReadOnlySpan<byte> data)
    {
        var start = _out.Position;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            if (tag != field.Tag)
            {
                Skip(data, ref position, tag);
                continue;
            }

            _out.WriteByte((byte)',');
            if (!Single(field, data, ref position, out _))
            {
                return false;
            }
        }

        Close(start, (byte)'[', (byte)']');
        return true;
    }

    /// <summary>One of six members; without any, null. The last one counts, and a split struct or list is for the careful way.</summary>
    private bool Value(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        if (_careful)
        {
            return CarefulValue(plan, data);
        }

        var position = 0;
        var found = false;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            var field = plan.FindByNumber((int)(tag >> 3));
            if (field is null || !FieldGatherer.Accepts(field, (int)(tag & 7)))
            {
                Skip(data, ref position, tag);
                continue;
            }

            if (found)
            {
                return false;
            }

            found = true;
            if (!ValueMember(field, data, ref position))
            {
                return false;
            }
        }

        if (!found)
        {
            _out.WriteSmall("null"u8);
        }

        return true;
    }

    private bool ValueMember(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (field.Kind == FieldKind.Double)
        {
            var number = BitConverter.UInt64BitsToDouble(Fixed64(data, ref position));
            if (!double.IsFinite(number))
            {
                Fail("a google.protobuf.Value cannot be NaN or infinite", data, position - 1);
            }

            _out.WriteDouble(number);
            return true;
        }

        if (field.Kind == FieldKind.Enum)
        {
            Varint(data, ref position);
            _out.WriteSmall("null"u8);
            return true;
        }

        return Single(field, data, ref position, out _);
    }

    private bool Wrapper(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var field = plan.Fields[0];
        var start = _out.Position;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            if (tag != field.Tag)
            {
                Skip(data, ref position, tag);
                continue;
            }

            _out.Position = start;
            Single(field, data, ref position, out _);
        }

        if (_out.Position == start)
        {
            DefaultValue(field);
        }

        return true;
    }

    /// <summary>`{ "@type": …, fields }` or `{ "@type": …, "value": … }`; an Any of nothing is `{}`.</summary>
    private bool Any(ReadOnlySpan<byte> data)
    {
        if (++_depth > _maxDepth)
        {
            FailDepth(data);
        }

        ReadOnlySpan<byte> value = default;
        var urlAt = 0;
        var urlLength = 0;
        var position = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            switch (tag)
            {
                case (1 << 3) | WireType.Length:
                    urlLength = LengthDelimited(data, ref position).Length;
                    urlAt = position - urlLength;
                    break;
                case (2 << 3) | WireType.Length:
                    value = LengthDelimited(data, ref position);
                    break;
                default:
                    Skip(data, ref position, tag);
                    break;
            }
        }

        if (urlLength == 0 && value.IsEmpty)
        {
            _depth--;
            _out.WriteSmall("{}"u8);
            return true;
        }

        var url = data.Slice(urlAt, urlLength);
        var slash = url.LastIndexOf((byte)'/');
        var plan = slash < 0 ? null : _plans.FindMessage(url[(slash + 1)..]);
        if (plan is null)
        {
            Fail(urlLength == 0 ? "an Any without a type URL" : $"the message type of '{JsonLocation.Shown(url)}' is not known", data, urlAt);
        }

        _out.WriteRaw("{\"@type\":"u8);
        if (!_out.TryWriteJsonString(data, urlAt, urlLength, mustBeUtf8: true))
        {
            Fail("the type URL is not valid UTF-8", data, urlAt);
        }

        if (plan.Form == MessageForm.Fields)
        {
            if (!(_careful ? CarefulFields(plan, value) : Fields(plan, value)))
            {
                return false;
            }
        }
        else
        {
            _out.WriteRaw(",\"value\":"u8);
            if (!SpecialMessage(plan, value))
            {
                return false;
            }
        }

        _out.WriteByte((byte)'}');
        _depth--;
        return true;
    }
}
