using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>Writes one value given as text, tag included: `page_size` of int32 and `5` → `10 05`.</summary>
/// <remarks>Text forms are those of ProtoJSON without its quotes (PROTOCOLS §2.1).</remarks>
internal static class LeafWriter
{
    /// <summary>Longest enum name looked up; longer ones are none.</summary>
    private const int MaxEnumName = 256;

    /// <summary>Appends the field, or returns what would have been right when the text is not a value of it.</summary>
    /// <param name="node">A leaf.</param>
    /// <param name="text">The value, decoded, UTF-8.</param>
    /// <param name="options">For enums and empty bools.</param>
    /// <param name="output">Takes tag and value; unchanged when the text is wrong.</param>
    /// <returns>Null when written; else what was expected, such as `an int32`.</returns>
    public static string? TryWrite(FieldNode node, ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer output)
    {
        if (node.JsonPlan is not null)
        {
            return TryWriteWellKnown(node, text, options, output);
        }

        var mark = output.Length;
        output.Write(node.Tag);
        var expected = TryWriteValue(node, text, options, output);
        if (expected is not null)
        {
            output.Length = mark;
        }

        return expected;
    }

    private static string? TryWriteValue(FieldNode node, ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer output)
    {
        switch (node.Field.FieldType)
        {
            case FieldType.String:
                FieldWire.WriteBytes(text, output);
                return null;
            case FieldType.Bytes:
                return TryWriteBase64(text, output) ? null : "base64, of either alphabet";
            case FieldType.Bool:
                if (!TryParseBool(text, options, out var flag))
                {
                    return "true or false";
                }

                FieldWire.WriteVarint(flag ? 1UL : 0UL, output);
                return null;
            case FieldType.Enum:
                return TryWriteEnum(node, text, output) ? null : $"a name or number of the enum {node.Field.EnumType.FullName}";
            case FieldType.Double:
                if (!TryParseDouble(text, out var real))
                {
                    return "a number, NaN, Infinity or -Infinity";
                }

                FieldWire.WriteFixed64(BitConverter.DoubleToUInt64Bits(real), output);
                return null;
            case FieldType.Float:
                if (!TryParseDouble(text, out var wide) || (double.IsFinite(wide) && float.IsInfinity((float)wide)))
                {
                    return "a number in the range of a float, NaN, Infinity or -Infinity";
                }

                FieldWire.WriteFixed32(BitConverter.SingleToUInt32Bits((float)wide), output);
                return null;
            default:
                return TryWriteInteger(node.Field.FieldType, text, output);
        }
    }

    private static string? TryWriteInteger(FieldType type, ReadOnlySpan<byte> text, PayloadBuffer output)
    {
        switch (type)
        {
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32:
                if (!TryParseInteger(text, out int i32))
                {
                    return "an integer of 32 bits";
                }

                switch (type)
                {
                    case FieldType.Int32:
                        FieldWire.WriteVarint((ulong)(long)i32, output);
                        return null;
                    case FieldType.SInt32:
                        FieldWire.WriteVarint((uint)((i32 << 1) ^ (i32 >> 31)), output);
                        return null;
                    default:
                        FieldWire.WriteFixed32((uint)i32, output);
                        return null;
                }

            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64:
                if (!TryParseInteger(text, out long i64))
                {
                    return "an integer of 64 bits";
                }

                switch (type)
                {
                    case FieldType.Int64:
                        FieldWire.WriteVarint((ulong)i64, output);
                        return null;
                    case FieldType.SInt64:
                        FieldWire.WriteVarint((ulong)((i64 << 1) ^ (i64 >> 63)), output);
                        return null;
                    default:
                        FieldWire.WriteFixed64((ulong)i64, output);
                        return null;
                }

            case FieldType.UInt32 or FieldType.Fixed32:
                if (!TryParseInteger(text, out uint u32))
                {
                    return "an integer of 32 bits without sign";
                }

                if (type == FieldType.Fixed32)
                {
                    FieldWire.WriteFixed32(u32, output);
                    return null;
                }

                FieldWire.WriteVarint(u32, output);
                return null;
            default:
                if (!TryParseInteger(text, out ulong u64))
                {
                    return "an integer of 64 bits without sign";
                }

                if (type == FieldType.Fixed64)
                {
                    FieldWire.WriteFixed64(u64, output);
                    return null;
                }

                FieldWire.WriteVarint(u64, output);
                return null;
        }
    }

    private static bool TryParseInteger<T>(ReadOnlySpan<byte> text, out T value)
        where T : System.Numerics.IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value!);

    private static bool TryParseBool(ReadOnlySpan<byte> text, WeaveOptions options, out bool value)
    {
        value = text.SequenceEqual("true"u8) || (text.IsEmpty && options.EmptyBoolIsTrue);
        return value || text.SequenceEqual("false"u8);
    }

    private static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        if (text.SequenceEqual("NaN"u8))
        {
            value = double.NaN;
            return true;
        }

        if (text.SequenceEqual("Infinity"u8) || text.SequenceEqual("-Infinity"u8))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        // A number too large parses as an infinity that the client did not write.
        return double.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out value)
            && double.IsFinite(value);
    }

    private static bool TryWriteEnum(FieldNode node, ReadOnlySpan<byte> text, PayloadBuffer output)
    {
        if (!TryParseInteger(text, out int number) && !TryFindEnum(node, text, out number))
        {
            return false;
        }

        FieldWire.WriteVarint((ulong)(long)number, output);
        return true;
    }

    private static bool TryFindEnum(FieldNode node, ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        Span<char> name = stackalloc char[MaxEnumName];
        return Encoding.UTF8.TryGetChars(text, name, out var count)
            && node.EnumNumbers!.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..count], out number);
    }

    /// <summary>Either alphabet, with padding or without; a space is a `+` that form decoding took for one.</summary>
    private static bool TryWriteBase64(ReadOnlySpan<byte> text, PayloadBuffer output)
    {
        var start = FieldWire.Open(output);
        var rented = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            var urlSafe = rented.AsSpan(0, text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                urlSafe[i] = text[i] switch
                {
                    (byte)'+' or (byte)' ' => (byte)'-',
                    (byte)'/' => (byte)'_',
                    var other => other,
                };
            }

            var target = output.GetSpan(Base64Url.GetMaxDecodedLength(text.Length) + 1);
            if (Base64Url.DecodeFromUtf8(urlSafe, target, out _, out var written) != OperationStatus.Done)
            {
                return false;
            }

            output.Advance(written);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        FieldWire.Close(output, start);
        return true;
    }

    /// <summary>Puts the text into its JSON form and leaves the rest to the plan that bodies use.</summary>
    private static string? TryWriteWellKnown(FieldNode node, ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer output)
    {
        var name = node.Field.MessageType.FullName;
        if (options.EmptyBoolIsTrue && text.IsEmpty && name == "google.protobuf.BoolValue")
        {
            text = "true"u8;
        }

        if (name == "google.protobuf.FieldMask")
        {
            WriteFieldMask(node, text, output);
            return null;
        }

        var isBool = name == "google.protobuf.BoolValue";
        if (isBool && !text.SequenceEqual("true"u8) && !text.SequenceEqual("false"u8))
        {
            return "true or false";
        }

        var bare = isBool || (name == "google.protobuf.Value" && IsJsonScalar(text));
        var mark = output.Length;
        var json = new ArrayBufferWriter<byte>(text.Length + 16);
        if (node.IsRepeated)
        {
            json.Write("["u8);
        }

        if (bare)
        {
            json.Write(text);
        }
        else
        {
            WriteJsonString(json, text);
        }

        if (node.IsRepeated)
        {
            json.Write("]"u8);
        }

        try
        {
            node.JsonPlan!.Convert(json.WrittenSpan, output);
            return null;
        }
        catch (CallException e) when (e.Status.Code == StatusCode.InvalidArgument)
        {
            output.Length = mark;
            return Expected(name);
        }
    }

    /// <summary>
    /// `displayName,a.b` → paths `display_name` and `a.b`. Names of the .proto file pass as they are:
    /// the JSON form forbids them, yet most clients write `update_mask=display_name`.
    /// </summary>
    private static void WriteFieldMask(FieldNode node, ReadOnlySpan<byte> text, PayloadBuffer output)
    {
        const byte pathsTag = (1 << 3) | FieldWire.Bytes;
        output.Write(node.Tag);
        var mask = FieldWire.Open(output);
        foreach (var range in text.Split((byte)','))
        {
            var path = text[range];
            if (path.IsEmpty)
            {
                continue;
            }

            output.Write([pathsTag]);
            var start = FieldWire.Open(output);
            foreach (var letter in path)
            {
                if (char.IsAsciiLetterUpper((char)letter))
                {
                    output.Write([(byte)'_', (byte)(letter | 0x20)]);
                }
                else
                {
                    output.Write([letter]);
                }
            }

            FieldWire.Close(output, start);
        }

        FieldWire.Close(output, mask);
    }

    private static void WriteJsonString(IBufferWriter<byte> json, ReadOnlySpan<byte> text)
    {
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStringValue(text);
    }

    private static bool IsJsonScalar(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (text[0] is not ((byte)'t' or (byte)'f' or (byte)'n' or (byte)'-') && !char.IsAsciiDigit((char)text[0])))
        {
            return false;
        }

        var reader = new Utf8JsonReader(text);
        try
        {
            return reader.Read() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(string type) => type switch
    {
        "google.protobuf.Timestamp" => "a time as in RFC 3339, such as 2024-05-01T12:00:00Z",
        "google.protobuf.Duration" => "seconds with the suffix s, such as 1.5s",
        "google.protobuf.BytesValue" => "base64, of either alphabet",
        "google.protobuf.BoolValue" => "true or false",
        "google.protobuf.Value" => "a scalar JSON value",
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => "a number, NaN, Infinity or -Infinity",
        "google.protobuf.Int32Value" => "an integer of 32 bits",
        "google.protobuf.UInt32Value" => "an integer of 32 bits without sign",
        "google.protobuf.Int64Value" => "an integer of 64 bits",
        "google.protobuf.UInt64Value" => "an integer of 64 bits without sign",
        _ => type,
    };
}
