using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>One conversion of the protobuf wire to JSON text.</summary>
/// <remarks>
/// The fast way writes fields as they come and holds only for what encoders normally send: fields in order, nothing split,
/// no key twice. Methods that return bool return false when they meet anything else; the whole conversion then
/// begins again the careful way, which gathers each message's fields before it writes. At most one restart:
/// a hostile message costs twice, not twice per level.
/// </remarks>
[SkipLocalsInit]
internal ref partial struct WireToJson
{
    /// <summary>Conversions that go the careful way before the fast one is tried again.</summary>
    private const int CarefulRuns = 100;

    private readonly PlanSet _plans;
    private readonly PayloadScratch _scratch;
    private readonly MessagePlan _rootPlan;
    private readonly ReadOnlySpan<byte> _root;
    private readonly int _maxDepth;
    private readonly bool _emitDefaults;
    private readonly bool _emitNulls;
    private WireWriter _out;
    private int _depth;
    private bool _careful;

    /// <summary>Bytes of merged copies that are alive now.</summary>
    private int _merged;

    public WireToJson(PlanSet plans, MessagePlan plan, ReadOnlySpan<byte> data, PayloadBuffer output, PayloadScratch scratch)
    {
        _plans = plans;
        _scratch = scratch;
        _rootPlan = plan;
        _root = data;
        _maxDepth = plans.Options.MaxDepth;
        _emitDefaults = plans.Options.EmitDefaults;
        _emitNulls = plans.Options.EmitNulls;
        _out = new WireWriter(output);
    }

    /// <summary>Converts the whole message, or only one field of it.</summary>
    public void Convert(FieldPlan? field)
    {
        var start = _out.Position;
        if (_rootPlan.CarefulRuns > 0)
        {
            _rootPlan.CarefulRuns--;
            _careful = true;
        }

        if (!Root(field))
        {
            _rootPlan.CarefulRuns = CarefulRuns;
            _careful = true;
            _depth = 0;
            _out.Position = start;
            _scratch.KeyCount = 0;
            _scratch.SpanCount = 0;
            if (!Root(field))
            {
                throw new InvalidOperationException("The careful way of reading a message gave up.");
            }
        }

        _out.Flush();
    }

    private bool Root(FieldPlan? field) =>
        field is null ? Message(_rootPlan, _root) : OneField(_rootPlan, field, _root);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Message(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        if (plan.Form != MessageForm.Fields)
        {
            return SpecialMessage(plan, data);
        }

        if (++_depth > _maxDepth)
        {
            FailDepth(data);
        }

        var start = _out.Position;
        if (!(_careful ? CarefulFields(plan, data) : Fields(plan, data)))
        {
            return false;
        }

        Close(start, (byte)'{', (byte)'}');
        _depth--;
        return true;
    }

    /// <summary>
    /// Ends an object or array whose members were each written with a comma in front: the first comma becomes the bracket.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Close(int start, byte open, byte close)
    {
        _out.Ensure(2);
        if (_out.Position == start)
        {
            _out.WriteByteUnchecked(open);
        }
        else
        {
            _out.Patch(start, open);
        }

        _out.WriteByteUnchecked(close);
    }

    private bool Fields(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        var position = 0;
        var last = 0;
        var nextDefault = 0;
        ulong oneofs = 0;
        while (position < data.Length)
        {
            var tag = Tag(data, ref position);

            var number = (int)(tag >> 3);
            var field = plan.FindByNumber(number);
            if (field is null || !FieldGatherer.Accepts(field, (int)(tag & 7)))
            {
                Skip(data, ref position, tag);
                continue;
            }

            if (number <= last)
            {
                return false;
            }

            last = number;
            if (field.OneofBit >= 0)
            {
                var bit = field.OneofBit - plan.Fields.Length;
                if (bit >= 64 || (oneofs & (1UL << bit)) != 0)
                {
                    return false;
                }

                oneofs |= 1UL << bit;
            }

            if (_emitDefaults)
            {
                Defaults(plan, nextDefault, field.Index);
                nextDefault = field.Index + 1;
            }

            var start = _out.Position;
            _out.WriteToken(field.Token, field.TokenLength);
            switch (field.Shape)
            {
                case FieldShape.Singular:
                    if (!Single(field, data, ref position, out var isDefault))
                    {
                        return false;
                    }

                    if (isDefault && !field.HasPresence && !_emitDefaults)
                    {
                        _out.Position = start;
                    }

                    break;
                case FieldShape.Repeated:
                    if (!List(field, data, ref position, tag, start))
                    {
                        return false;
                    }

                    break;
                default:
                    if (!Map(field, data, ref position))
                    {
                        return false;
                    }

                    break;
            }
        }

        if (_emitDefaults)
        {
            Defaults(plan, nextDefault, plan.Fields.Length);
        }

        return true;
    }

    /// <summary>A run of values of one field; its token is written. An empty run takes the token back.</summary>
    private bool List(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position, uint tag, int tokenStart)
    {
        var start = _out.Position;
        while (true)
        {
            if ((tag & 7) == WireType.Length && field.ElementWireType is not (WireType.Length or WireType.StartGroup))
            {
                if (!Packed(field, data, ref position))
                {
                    return false;
                }
            }
            else
            {
                _out.Ensure(1);
                _out.WriteByteUnchecked((byte)',');
                if (!Single(field, data, ref position, out _))
                {
                    return false;
                }
            }

            // The next value of the same field, if it follows at once.
            var next = position;
            if (position == data.Length || !WireReader.TryReadTag(data, ref next, out var nextTag)
                || nextTag >> 3 != (uint)field.Number || !FieldGatherer.Accepts(field, (int)(nextTag & 7)))
            {
                break;
            }

            position = next;
            tag = nextTag;
        }

        if (_out.Position == start && !_emitDefaults)
        {
            _out.Position = tokenStart;
            return true;
        }

        Close(start, (byte)'[', (byte)']');
        return true;
    }

    private bool Packed(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        var chunk = LengthDelimited(data, ref position);
        var at = 0;
        while (at < chunk.Length)
        {
            _out.Ensure(1);
            _out.WriteByteUnchecked((byte)',');
            if (!Single(field, chunk, ref at, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A run of entries of one map. Entries that hold more than a key and a value, in this order, are for the careful way; some encoders leave out defaults.</summary>
    private bool Map(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        var start = _out.Position;
        var keyField = field.MapKey;
        var valueField = field.MapValue;
        var keys = new KeySet(_scratch);
        while (true)
        {
            var entry = LengthDelimited(data, ref position);
            var at = 0;
            _out.Ensure(8);
            _out.WriteByteUnchecked((byte)',');
            var keyStart = _out.Position;
            if (entry.Length != 0 && entry[0] == keyField.Tag)
            {
                at = 1;
                Key(keyField, entry, ref at);
            }
            else
            {
                DefaultKey(keyField);
            }

            if (!keys.Add(_out.Written, keyStart, _out.Position - keyStart, out _))
            {
                return false;
            }

            _out.Ensure(8);
            _out.WriteByteUnchecked((byte)':');
            if (at == entry.Length)
            {
                DefaultValue(valueField);
            }
            else if (entry[at++] != valueField.Tag || !Single(valueField, entry, ref at, out _) || at != entry.Length)
            {
                return false;
            }

            var next = position;
            if (position == data.Length || !WireReader.TryReadTag(data, ref next, out var nextTag) || nextTag != field.Tag)
            {
                break;
            }

            position = next;
        }

        keys.Dispose();
        Close(start, (byte)'{', (byte)'}');
        return true;
    }

    /// <summary>Prints the fields in a range that the message did not hold: those without presence, and others as null where that is wanted.</summary>
    private void Defaults(MessagePlan plan, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var field = plan.Fields[i];
            if (!field.HasPresence && !field.Descriptor.IsExtension)
            {
                _out.WriteToken(field.Token, field.TokenLength);
                Default(field);
            }
            else if (_emitNulls && field.HasPresence && !field.Descriptor.IsExtension && field.Descriptor.ContainingOneof is null)
            {
                _out.WriteToken(field.Token, field.TokenLength);
                _out.WriteSmall("null"u8);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly uint Tag(ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadTag(data, ref position, out var tag))
        {
            FailTag(data, position);
        }

        return tag;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ReadOnlySpan<byte> LengthDelimited(ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadLengthDelimited(data, ref position, out var value))
        {
            FailCut(data, position);
        }

        return value;
    }

    private readonly void Skip(ReadOnlySpan<byte> data, scoped ref int position, uint tag)
    {
        if (!WireReader.TrySkip(data, ref position, tag))
        {
            FailCut(data, position);
        }
    }

    // Failures stand apart: building a text inside a hot method would cost its frame on every call.

    [DoesNotReturn]
    private readonly void FailDepth(ReadOnlySpan<byte> data) => Fail($"nested deeper than {_maxDepth} levels", data, 0);

    [DoesNotReturn]
    private readonly void FailTag(ReadOnlySpan<byte> data, int position) => Fail("a field's tag is not valid", data, position);

    [DoesNotReturn]
    private readonly void FailCut(ReadOnlySpan<byte> data, int position) => Fail("a value is cut short or malformed", data, position);

    [DoesNotReturn]
    private readonly void Fail(string reason, ReadOnlySpan<byte> data, int position)
    {
        // A place in a merged copy cannot be told by its offset; the root's bytes can.
        var offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(_root), ref MemoryMarshal.GetReference(data)) + position;
        var path = offset >= 0 && offset <= _root.Length ? WireLocation.Path(_rootPlan, _root, (int)offset) : "";
        throw PayloadErrors.InvalidWire(_rootPlan.FullName, path, reason);
    }
}
