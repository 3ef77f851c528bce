using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>One conversion of JSON text to the protobuf wire: reads once, front to back, and writes as it reads.</summary>
/// <remarks>This part: objects, fields, lists and maps. Others: single values, and messages with a form of their own.</remarks>
[SkipLocalsInit]
internal ref partial struct JsonToWire
{
    /// <summary>Fields that are tried before a name is looked up.</summary>
    private const int FieldsAhead = 4;

    private readonly PlanSet _plans;
    private readonly bool _ignoreUnknown;
    private readonly bool _ignoreUnknownEnums;
    private readonly PayloadScratch _scratch;
    private JsonScanner _in;
    private WireWriter _out;

    /// <summary>Bytes of the string or bytes value written last.</summary>
    private int _lastLength;

    public JsonToWire(PlanSet plans, ReadOnlySpan<byte> json, PayloadBuffer output, PayloadScratch scratch, string pathPrefix)
    {
        _plans = plans;
        _ignoreUnknown = plans.Options.UnknownFields != UnknownFieldHandling.Reject;
        _ignoreUnknownEnums = plans.Options.UnknownFields == UnknownFieldHandling.Ignore;
        _scratch = scratch;
        _in = new JsonScanner(json, plans.Options.MaxDepth, pathPrefix);
        _out = new WireWriter(output);
    }

    /// <summary>Converts a whole text to a message.</summary>
    public void ConvertMessage(MessagePlan plan)
    {
        Message(plan);
        _in.ExpectEnd();
        _out.Flush();
    }

    /// <summary>Converts a whole text, the value of one field, to its enclosing message.</summary>
    public void ConvertField(FieldPlan field)
    {
        Field(field);
        _in.ExpectEnd();
        _out.Flush();
    }

    private void Message(MessagePlan plan)
    {
        if (plan.Form == MessageForm.Fields)
        {
            Fields(plan, isAny: false);
            return;
        }

        SpecialMessage(plan);
    }

    /// <summary>`{ "name": value, … }`. Inside an Any the member `@type` has been dealt with and is stepped over.</summary>
    private void Fields(MessagePlan plan, bool isAny)
    {
        if (_in.Peek() != '{')
        {
            FailKind("an object");
        }

        if (_in.Open((byte)'}'))
        {
            return;
        }

        Span<ulong> seen = plan.SeenWords <= 4 ? stackalloc ulong[4]
            : plan.SeenWords <= 64 ? stackalloc ulong[64] : new ulong[plan.SeenWords];
        seen.Clear();
        var fields = plan.Fields;
        var next = 0;
        do
        {
            var field = _in.Peek() == '"' ? Expected(fields, next) : null;
            if (field is not null)
            {
                _in.Position += field.QuotedName.Length;
            }
            else
            {
                field = FindField(plan, ref isAny);
                if (field is null)
                {
                    continue;
                }
            }

            if (!Mark(seen, field.Index))
            {
                _in.Fail("the field is given twice");
            }

            _in.Expect((byte)':');
            next = field.Index + 1;
            if (_in.Peek() == 'n' && !field.NullIsValue)
            {
                // Null means unset, and an unset member does not claim its oneof.
                _in.ExpectLiteral("null"u8);
                continue;
            }

            if (field.OneofBit >= 0 && !Mark(seen, field.OneofBit))
            {
                FailOneof(field);
            }

            FieldValue(field);
        }
        while (_in.Continues((byte)'}'));
        _in.Close();
    }

    /// <summary>The field whose name stands here when it is one of the next few: senders keep to the order and leave out defaults.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly FieldPlan? Expected(FieldPlan[] fields, int next)
    {
        var rest = _in.Rest;
        var end = Math.Min(next + FieldsAhead, fields.Length);
        for (var i = next; i < end; i++)
        {
            if (rest.StartsWith(fields[i].QuotedName))
            {
                return fields[i];
            }
        }

        return null;
    }

    private void Field(FieldPlan field)
    {
        if (_in.Peek() == 'n' && !field.NullIsValue)
        {
            _in.ExpectLiteral("null"u8);
            return;
        }

        FieldValue(field);
    }

    private void FieldValue(FieldPlan field)
    {
        switch (field.Shape)
        {
            case FieldShape.Singular:
                Single(field, field.TagBits, field.TagSize, keepDefault: field.HasPresence);
                break;
            case FieldShape.Repeated:
                List(field);
                break;
            default:
                Map(field);
                break;
        }
    }

    private void List(FieldPlan field)
    {
        if (_in.Peek() == 'n' && _in.TryLiteral("null"u8))
        {
            return;
        }

        if (_in.Peek() != '[')
        {
            FailKind("an array");
        }

        if (_in.OpenFlat((byte)']'))
        {
            return;
        }

        var start = _out.Position;
        var mark = 0;
        var tagSize = field.TagSize;
        if (field.IsPacked)
        {
            _out.Ensure(16);
            _out.WriteBitsUnchecked(field.TagBits, field.TagSize);
            mark = _out.BeginLength();
            tagSize = 0;
        }

        if (field is { IsPacked: true, Kind: FieldKind.Int32 or FieldKind.Int64 })
        {
            PackedIntegers(field.Kind == FieldKind.Int32);
        }
        else
        {
            do
            {
                if (_in.Peek() == 'n' && !field.NullIsValue)
                {
                    FailNull();
                }

                Single(field, field.TagBits, tagSize, keepDefault: true);
            }
            while (_in.Continues((byte)']'));
        }

        if (field.IsPacked)
        {
            if (_out.Position == mark)
            {
                _out.Position = start;
                return;
            }

            _out.EndLength(mark);
        }
    }

    /// <summary>The commonest lists of all, without asking anew for each element what it is.</summary>
    private void PackedIntegers(bool areInt32)
    {
        do
        {
            if (_in.Peek() == 'n')
            {
                FailNull();
            }

            var value = areInt32 ? Int32() : Int64();
            _out.Ensure(16);
            _out.WriteVarintUnchecked((ulong)value);
        }
        while (_in.Continues((byte)']'));
    }

    private void Map(FieldPlan field)
    {
        if (_in.Peek() != '{')
        {
            FailKind("an object");
        }

        if (_in.OpenFlat((byte)'}'))
        {
            return;
        }

        var keyField = field.MapKey;
        var valueField = field.MapValue;
        var keys = new KeySet(_scratch);
        do
        {
            _out.Ensure(16);
            var start = _out.Position;
            _out.WriteBitsUnchecked(field.TagBits, field.TagSize);
            var mark = _out.BeginLength();
            _in.ExpectQuote();
            MapKey(keyField);
            var keyLength = _out.Position - mark;
            _in.Expect((byte)':');
            if (_in.Peek() == 'n' && !valueField.NullIsValue)
            {
                _in.Fail("a map's value cannot be null");
            }

            if (!Single(valueField, valueField.TagBits, valueField.TagSize, keepDefault: true))
            {
                _out.Position = start;
                continue;
            }

            var length = _out.Position - mark;
            _out.EndLength(mark);
            if (!keys.Add(_out.Written, _out.Position - length, keyLength, out _))
            {
                _in.Fail("the key is given twice");
            }
        }
        while (_in.Continues((byte)'}'));
        keys.Dispose();
    }

    /// <summary>The field of the name that stands here, which is consumed; null when it was unknown and its value skipped.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private FieldPlan? FindField(MessagePlan plan, ref bool isAny)
    {
        _in.ExpectQuote();
        var raw = _in.ReadString(out var escaped);
        FieldPlan? field;
        if (escaped)
        {
            // No field has a longer name than the limit, so a longer one is unknown as it stands.
            Span<byte> name = stackalloc byte[512];
            field = raw.Length > name.Length ? null : plan.FindByName(name[.._in.Unescape(raw, name)]);
        }
        else
        {
            field = plan.FindByName(raw);
        }

        if (field is not null)
        {
            return field;
        }

        if (isAny && Is(raw, escaped, "@type"u8))
        {
            isAny = false;
            _in.Expect((byte)':');
            _in.SkipValue();
            return null;
        }

        if (!_ignoreUnknown)
        {
            FailUnknown(plan);
        }

        _in.Expect((byte)':');
        _in.SkipValue();
        return null;
    }

    // Failures stand apart: building a text inside a hot method would cost its frame on every call.

    [DoesNotReturn]
    private readonly void FailNull() => _in.Fail("a list cannot hold null");

    [DoesNotReturn]
    private readonly void FailOneof(FieldPlan field) =>
        _in.Fail($"another member of the oneof '{field.Descriptor.RealContainingOneof?.Name}' is given as well");

    [DoesNotReturn]
    private readonly void FailUnknown(MessagePlan plan) => _in.FailUnknown($"{plan.FullName} has no such field", _in.Position);

    /// <summary>Adds a bit to a set; false when it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Mark(Span<ulong> set, int bit)
    {
        ref var word = ref set[bit >>> 6];
        var mask = 1UL << bit;
        if ((word & mask) != 0)
        {
            return false;
        }

        word |= mask;
        return true;
    }
}
