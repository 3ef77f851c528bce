using System.Runtime.CompilerServices;

namespace Transcoders.Payloads;

/// <content>Single values of every kind, and the keys of maps.</content>
internal ref partial struct WireToJson
{
    /// <summary>Reads one value after its tag and prints it.</summary>
    /// <param name="field">The field.</param>
    /// <param name="data">The bytes around the value.</param>
    /// <param name="position">Where the value begins; moved behind it.</param>
    /// <param name="isDefault">True when it is what a field without presence has when it is absent.</param>
    private bool Single(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position, out bool isDefault)
    {
        switch (field.Kind)
        {
            case FieldKind.String:
                isDefault = String(field, data, ref position);
                return true;
            case FieldKind.Bytes:
                isDefault = Bytes(data, ref position);
                return true;
            case FieldKind.Message:
                isDefault = false;
                return SubMessage(field.Message!, data, ref position);
            case FieldKind.Group:
                isDefault = false;
                return Group(field, data, ref position);
            case FieldKind.Int32:
                var int32 = (int)Varint(data, ref position);
                isDefault = int32 == 0;
                _out.WriteInteger(int32);
                return true;
            case FieldKind.Int64:
                var int64 = (long)Varint(data, ref position);
                isDefault = int64 == 0;
                Int64(int64);
                return true;
            case FieldKind.UInt32:
                var uint32 = (uint)Varint(data, ref position);
                isDefault = uint32 == 0;
                _out.WriteInteger(uint32);
                return true;
            case FieldKind.UInt64:
                var uint64 = Varint(data, ref position);
                isDefault = uint64 == 0;
                UInt64(uint64);
                return true;
            case FieldKind.SInt32:
                var zig32 = (uint)Varint(data, ref position);
                isDefault = zig32 == 0;
                _out.WriteInteger((int)(zig32 >> 1) ^ -(int)(zig32 & 1));
                return true;
            case FieldKind.SInt64:
                var zig64 = Varint(data, ref position);
                isDefault = zig64 == 0;
                Int64((long)(zig64 >> 1) ^ -(long)(zig64 & 1));
                return true;
            case FieldKind.Fixed32:
                var fixed32 = Fixed32(data, ref position);
                isDefault = fixed32 == 0;
                _out.WriteInteger(fixed32);
                return true;
            case FieldKind.SFixed32:
                var sfixed32 = (int)Fixed32(data, ref position);
                isDefault = sfixed32 == 0;
                _out.WriteInteger(sfixed32);
                return true;
            case FieldKind.Fixed64:
                var fixed64 = Fixed64(data, ref position);
                isDefault = fixed64 == 0;
                UInt64(fixed64);
                return true;
            case FieldKind.SFixed64:
                var sfixed64 = (long)Fixed64(data, ref position);
                isDefault = sfixed64 == 0;
                Int64(sfixed64);
                return true;
            case FieldKind.Bool:
                var truth = Varint(data, ref position) != 0;
                isDefault = !truth;
                _out.WriteSmall(truth ? "true"u8 : "false"u8);
                return true;
            case FieldKind.Double:
                var bits64 = Fixed64(data, ref position);
                isDefault = bits64 == 0;
                _out.WriteDouble(BitConverter.UInt64BitsToDouble(bits64));
                return true;
            case FieldKind.Float:
                var bits32 = Fixed32(data, ref position);
                isDefault = bits32 == 0;
                _out.WriteFloat(BitConverter.UInt32BitsToSingle(bits32));
                return true;
            default:
                var number = (int)Varint(data, ref position);
                isDefault = number == 0 || field.Enum!.IsNullValue;
                return TryEnum(field.Enum!, number);
        }
    }

    // Apart from the switch above, whose frame would otherwise have to clear all their spans for every number.

    /// <summary>Prints a string; true when it is empty.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool String(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        var length = LengthDelimited(data, ref position).Length;
        if (!_out.TryWriteJsonString(data, position - length, length, field.ValidatesUtf8))
        {
            Fail("the string is not valid UTF-8", data, position - 1);
        }

        return length == 0;
    }

    /// <summary>Prints bytes as base64; true when there are none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Bytes(ReadOnlySpan<byte> data, scoped ref int position)
    {
        var bytes = LengthDelimited(data, ref position);
        _out.WriteBase64(bytes);
        return bytes.IsEmpty;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool SubMessage(MessagePlan plan, ReadOnlySpan<byte> data, scoped ref int position) =>
        Message(plan, LengthDelimited(data, ref position));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Group(FieldPlan field, ReadOnlySpan<byte> data, scoped ref int position)
    {
        var start = position;
        if (!WireReader.TryReadGroup(data, ref position, field.Number, out var content))
        {
            FailCut(data, start);
        }

        return Message(field.Message!, content);
    }

    /// <summary>False for a number that a closed enum does not declare: an unknown field, which the careful way has set aside before.</summary>
    private bool TryEnum(EnumPlan type, int number)
    {
        var name = type.QuotedName(number);
        if (name is null && type.IsClosed)
        {
            return false;
        }

        Enum(type, number, name);
        return true;
    }

    private void Enum(EnumPlan type, int number, byte[]? name)
    {
        if (type.IsNullValue)
        {
            _out.WriteSmall("null"u8);
        }
        else if (name is null || _plans.Options.EnumsAsNumbers)
        {
            _out.WriteInteger(number);
        }
        else
        {
            _out.WriteRaw(name);
        }
    }

    private void Int64(long value)
    {
        if (_plans.Options.Int64AsNumbers)
        {
            _out.WriteInteger(value);
            return;
        }

        _out.Ensure(32);
        _out.WriteByteUnchecked((byte)'"');
        _out.WriteInteger(value);
        _out.WriteByteUnchecked((byte)'"');
    }

    private void UInt64(ulong value)
    {
        if (_plans.Options.Int64AsNumbers)
        {
            _out.WriteInteger(value);
            return;
        }

        _out.Ensure(32);
        _out.WriteByteUnchecked((byte)'"');
        _out.WriteInteger(value);
        _out.WriteByteUnchecked((byte)'"');
    }

    /// <summary>Reads a map's key after its tag and prints it as a string.</summary>
    private void Key(FieldPlan key, ReadOnlySpan<byte> entry, scoped ref int position)
    {
        if (key.Kind == FieldKind.String)
        {
            Single(key, entry, ref position, out _);
            return;
        }

        var quoted = key.Kind is FieldKind.Int64 or FieldKind.UInt64 or FieldKind.SInt64 or FieldKind.Fixed64 or FieldKind.SFixed64
            && !_plans.Options.Int64AsNumbers;
        if (!quoted)
        {
            _out.WriteByte((byte)'"');
        }

        Single(key, entry, ref position, out _);
        if (!quoted)
        {
            _out.WriteByte((byte)'"');
        }
    }

    private void DefaultKey(FieldPlan key) =>
        _out.WriteSmall(key.Kind switch
        {
            FieldKind.String => "\"\""u8,
            FieldKind.Bool => "\"false\""u8,
            _ => "\"0\""u8,
        });

    /// <summary>What an absent field is in JSON.</summary>
    private void Default(FieldPlan field)
    {
        if (field.Shape != FieldShape.Singular)
        {
            _out.WriteSmall(field.Shape == FieldShape.Map ? "{}"u8 : "[]"u8);
            return;
        }

        DefaultValue(field);
    }

    /// <summary>What an absent value is: zero, empty, an enum's first value, or an empty message. Declared defaults of proto2 are not looked up.</summary>
    private void DefaultValue(FieldPlan field)
    {
        switch (field.Kind)
        {
            case FieldKind.Message:
            case FieldKind.Group:
                Message(field.Message!, default);
                break;
            case FieldKind.String:
            case FieldKind.Bytes:
                _out.WriteSmall("\"\""u8);
                break;
            case FieldKind.Bool:
                _out.WriteSmall("false"u8);
                break;
            case FieldKind.Enum:
                Enum(field.Enum!, field.Enum!.Default, field.Enum.QuotedName(field.Enum.Default));
                break;
            case FieldKind.Int64:
            case FieldKind.UInt64:
            case FieldKind.SInt64:
            case FieldKind.Fixed64:
            case FieldKind.SFixed64:
                Int64(0);
                break;
            default:
                _out.WriteSmall("0"u8);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong Varint(ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadVarint(data, ref position, out var value))
        {
            FailCut(data, position);
        }

        return value;
    }

    private readonly uint Fixed32(ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadFixed32(data, ref position, out var value))
        {
            FailCut(data, position);
        }

        return value;
    }

    private readonly ulong Fixed64(ReadOnlySpan<byte> data, scoped ref int position)
    {
        if (!WireReader.TryReadFixed64(data, ref position, out var value))
        {
            FailCut(data, position);
        }

        return value;
    }
}
