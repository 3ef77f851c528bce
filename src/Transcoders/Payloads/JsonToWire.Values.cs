using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Transcoders.Payloads.WellKnown;

namespace Transcoders.Payloads;

/// <content>Single values of every kind, and the keys of maps.</content>
internal ref partial struct JsonToWire
{
    /// <summary>Reads one value and writes it after its tag; a tag size of zero writes no tag, as in a packed list.</summary>
    /// <returns>False when the value was an enum name nobody knows, unknowns are ignored, and nothing was written.</returns>
    private bool Single(FieldPlan field, ulong tag, int tagSize, bool keepDefault)
    {
        switch (field.Kind)
        {
            case FieldKind.String:
                Tag(tag, tagSize);
                String();
                if (!keepDefault)
                {
                    DropEmpty(tagSize);
                }

                return true;
            case FieldKind.Bytes:
                Tag(tag, tagSize);
                Bytes();
                if (!keepDefault)
                {
                    DropEmpty(tagSize);
                }

                return true;
            case FieldKind.Message:
                Tag(tag, tagSize);
                var mark = _out.BeginLength();
                Message(field.Message!);
                _out.EndLength(mark);
                return true;
            case FieldKind.Group:
                Tag(tag, tagSize);
                Message(field.Message!);
                Tag(field.EndTagBits, tagSize);
                return true;
            case FieldKind.Int32:
                return Varint((ulong)(long)Int32(), tag, tagSize, keepDefault);
            case FieldKind.Int64:
                return Varint((ulong)Int64(), tag, tagSize, keepDefault);
            case FieldKind.UInt32:
                return Varint(UInt32(), tag, tagSize, keepDefault);
            case FieldKind.UInt64:
                return Varint(UInt64(), tag, tagSize, keepDefault);
            case FieldKind.SInt32:
                return Varint(WireWriter.ZigZag(Int32()), tag, tagSize, keepDefault);
            case FieldKind.SInt64:
                return Varint(WireWriter.ZigZag(Int64()), tag, tagSize, keepDefault);
            case FieldKind.Fixed32:
                return Fixed32(UInt32(), tag, tagSize, keepDefault);
            case FieldKind.SFixed32:
                return Fixed32((uint)Int32(), tag, tagSize, keepDefault);
            case FieldKind.Fixed64:
                return Fixed64(UInt64(), tag, tagSize, keepDefault);
            case FieldKind.SFixed64:
                return Fixed64((ulong)Int64(), tag, tagSize, keepDefault);
            case FieldKind.Bool:
                return Varint(Bool() ? 1u : 0u, tag, tagSize, keepDefault);
            case FieldKind.Double:
                return Fixed64(BitConverter.DoubleToUInt64Bits(Double()), tag, tagSize, keepDefault);
            case FieldKind.Float:
                return Fixed32(BitConverter.SingleToUInt32Bits(Float()), tag, tagSize, keepDefault);
            default:
                return TryEnum(field.Enum!, out var number)
                    && Varint((ulong)(long)number, tag, tagSize, keepDefault);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tag(ulong tag, int size)
    {
        _out.Ensure(16);
        _out.WriteBitsUnchecked(tag, size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Varint(ulong value, ulong tag, int tagSize, bool keepDefault)
    {
        if (value != 0 || keepDefault)
        {
            Tag(tag, tagSize);
            _out.WriteVarintUnchecked(value);
        }

        return true;
    }

    private bool Fixed32(uint value, ulong tag, int tagSize, bool keepDefault)
    {
        if (value != 0 || keepDefault)
        {
            Tag(tag, tagSize);
            _out.WriteBitsUnchecked(value, 4);
        }

        return true;
    }

    private bool Fixed64(ulong value, ulong tag, int tagSize, bool keepDefault)
    {
        if (value != 0 || keepDefault)
        {
            Tag(tag, tagSize);
            _out.WriteBitsUnchecked(value, 8);
        }

        return true;
    }

    /// <summary>Takes back the tag and length of an empty string that is the default.</summary>
    private void DropEmpty(int tagSize)
    {
        if (_lastLength == 0)
        {
            _out.Position -= tagSize + 1;
        }
    }

    private void String()
    {
        if (_in.Peek() != '"')
        {
            FailKind("a string");
        }

        var raw = _in.ReadString(out var escaped);
        if (escaped)
        {
            EscapedString(raw);
            return;
        }

        _lastLength = raw.Length;
        _out.Ensure(raw.Length + 10);
        _out.WriteVarintUnchecked((uint)raw.Length);
        raw.CopyTo(_out.Room);
        _out.Advance(raw.Length);
    }

    private void EscapedString(ReadOnlySpan<byte> raw)
    {
        var mark = _out.BeginLength();
        _out.Ensure(raw.Length);
        _lastLength = _in.Unescape(raw, _out.Room);
        _out.Advance(_lastLength);
        _out.EndLength(mark);
    }

    private void Bytes()
    {
        if (_in.Peek() != '"')
        {
            FailKind("a base64 string");
        }

        var start = _in.Position;
        var raw = _in.ReadString(out var escaped);
        var mark = _out.BeginLength();
        var room = Base64Text.MaxDecodedLength(raw.Length);
        _out.Ensure(room + raw.Length);
        if (escaped)
        {
            // Unescaped behind the place of the result; decoding never overtakes reading.
            var plain = _out.Room[room..];
            raw = plain[.._in.Unescape(raw, plain)];
        }

        if (!Base64Text.TryDecode(raw, _out.Room, out _lastLength))
        {
            _in.Fail("not base64", start);
        }

        _out.Advance(_lastLength);
        _out.EndLength(mark);
    }

    private bool Bool()
    {
        switch (_in.Peek())
        {
            case (byte)'t':
                _in.ExpectLiteral("true"u8);
                return true;
            case (byte)'f':
                _in.ExpectLiteral("false"u8);
                return false;
            default:
                FailKind("true or false");
                return false;
        }
    }

    private bool TryEnum(EnumPlan type, out int number)
    {
        var b = _in.Peek();
        var start = _in.Position;
        if (b == '"')
        {
            var raw = _in.ReadString(out var escaped);
            if (escaped ? TryEscapedEnum(type, raw, out number) : type.TryFind(raw, out number))
            {
                return true;
            }

            if (_ignoreUnknownEnums)
            {
                number = 0;
                return false;
            }

            FailEnum(type, JsonLocation.Shown(raw), start);
        }

        if (b == 'n' && type.IsNullValue)
        {
            _in.ExpectLiteral("null"u8);
            number = 0;
            return true;
        }

        if (b != '-' && !char.IsAsciiDigit((char)b))
        {
            FailKind("the name of an enum value");
        }

        number = Int32();
        if (type.IsClosed && !type.Declares(number))
        {
            if (_ignoreUnknownEnums)
            {
                return false;
            }

            FailEnum(type, number.ToString(CultureInfo.InvariantCulture), start);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool TryEscapedEnum(EnumPlan type, ReadOnlySpan<byte> raw, out int number)
    {
        Span<byte> name = stackalloc byte[256];
        number = 0;
        return raw.Length <= name.Length && type.TryFind(name[.._in.Unescape(raw, name)], out number);
    }

    /// <summary>A map's key: always a JSON string, whose text is the key's value.</summary>
    private void MapKey(FieldPlan key)
    {
        Tag(key.TagBits, key.TagSize);
        switch (key.Kind)
        {
            case FieldKind.String:
                String();
                return;
            case FieldKind.Bool:
                _out.WriteVarintUnchecked(BoolKey() ? 1u : 0u);
                return;
            case FieldKind.Int32:
                _out.WriteVarintUnchecked((ulong)(long)Int32());
                return;
            case FieldKind.Int64:
                _out.WriteVarintUnchecked((ulong)Int64());
                return;
            case FieldKind.UInt32:
                _out.WriteVarintUnchecked(UInt32());
                return;
            case FieldKind.UInt64:
                _out.WriteVarintUnchecked(UInt64());
                return;
            case FieldKind.SInt32:
                _out.WriteVarintUnchecked(WireWriter.ZigZag(Int32()));
                return;
            case FieldKind.SInt64:
                _out.WriteVarintUnchecked(WireWriter.ZigZag(Int64()));
                return;
            case FieldKind.Fixed32:
                _out.WriteBitsUnchecked(UInt32(), 4);
                return;
            case FieldKind.SFixed32:
                _out.WriteBitsUnchecked((uint)Int32(), 4);
                return;
            case FieldKind.Fixed64:
                _out.WriteBitsUnchecked(UInt64(), 8);
                return;
            default:
                _out.WriteBitsUnchecked((ulong)Int64(), 8);
                return;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool BoolKey()
    {
        var start = _in.Position;
        var raw = _in.ReadString(out var escaped);
        if (Is(raw, escaped, "true"u8))
        {
            return true;
        }

        if (!Is(raw, escaped, "false"u8))
        {
            _in.Fail("the key must be \"true\" or \"false\"", start);
        }

        return false;
    }

    /// <summary>The JSON value here is of another kind than the field needs, or no JSON at all.</summary>
    [DoesNotReturn]
    private void FailKind(string expected)
    {
        var found = _in.Peek() switch
        {
            (byte)'{' => "an object",
            (byte)'[' => "an array",
            (byte)'"' => "a string",
            (byte)'t' or (byte)'f' => "a boolean",
            (byte)'n' => "null",
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => "a number",
            _ => null,
        };
        if (found is null)
        {
            _in.FailMalformed("expected a JSON value");
        }

        _in.Fail($"expected {expected}, found {found}");
    }

    [DoesNotReturn]
    private readonly void FailEnum(EnumPlan type, string shown, int at) => _in.Fail($"'{shown}' is no value of {type.FullName}", at);
}
