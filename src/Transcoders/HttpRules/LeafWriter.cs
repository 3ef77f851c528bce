using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

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
    /// <param name="buffer">What <paramref name="writer"/> writes to.</param>
    /// <param name="writer">Takes tag and value; where it was when the text is wrong.</param>
    /// <returns>Null when written; else what was expected, such as `an int32`.</returns>
    public static string? TryWrite(
        FieldNode node, scoped ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer buffer, ref WireWriter writer)
    {
        if (node.JsonPlan is not null)
        {
            return WellKnownLeafWriter.TryWrite(node, text, options, buffer, ref writer);
        }

        var mark = writer.Position;
        writer.WriteTag(node.Field.FieldNumber, node.WireType);
        var expected = TryWriteValue(node, text, options, ref writer);
        if (expected is not null)
        {
            writer.Position = mark;
        }

        return expected;
    }

    private static string? TryWriteValue(FieldNode node, scoped ReadOnlySpan<byte> text, WeaveOptions options, ref WireWriter writer)
    {
        switch (node.Field.FieldType)
        {
            case FieldType.String:
                writer.WriteLengthDelimited(text);
                return null;
            case FieldType.Bytes:
                return TryWriteBase64(text, ref writer) ? null : "base64, of either alphabet";
            case FieldType.Bool:
                if (!TryParseBool(text, options, out var flag))
                {
                    return "true or false";
                }

                writer.WriteVarint(flag ? 1UL : 0UL);
                return null;
            case FieldType.Enum:
                return TryWriteEnum(node, text, ref writer) ? null : $"a name or number of the enum {node.Field.EnumType.FullName}";
            case FieldType.Double:
                if (!TryParseDouble(text, out var real))
                {
                    return "a number, NaN, Infinity or -Infinity";
                }

                writer.WriteFixed64(BitConverter.DoubleToUInt64Bits(real));
                return null;
            case FieldType.Float:
                if (!TryParseDouble(text, out var wide) || (double.IsFinite(wide) && float.IsInfinity((float)wide)))
                {
                    return "a number in the range of a float, NaN, Infinity or -Infinity";
                }

                writer.WriteFixed32(BitConverter.SingleToUInt32Bits((float)wide));
                return null;
            default:
                return TryWriteInteger(node.Field.FieldType, text, ref writer);
        }
    }

    private static string? TryWriteInteger(FieldType type, scoped ReadOnlySpan<byte> text, ref WireWriter writer)
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
                        writer.WriteVarint((ulong)(long)i32);
                        return null;
                    case FieldType.SInt32:
                        writer.WriteVarint(WireWriter.ZigZag(i32));
                        return null;
                    default:
                        writer.WriteFixed32((uint)i32);
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
                        writer.WriteVarint((ulong)i64);
                        return null;
                    case FieldType.SInt64:
                        writer.WriteVarint(WireWriter.ZigZag(i64));
                        return null;
                    default:
                        writer.WriteFixed64((ulong)i64);
                        return null;
                }

            case FieldType.UInt32 or FieldType.Fixed32:
                if (!TryParseInteger(text, out uint u32))
                {
                    return "an integer of 32 bits without sign";
                }

                if (type == FieldType.Fixed32)
                {
                    writer.WriteFixed32(u32);
                    return null;
                }

                writer.WriteVarint(u32);
                return null;
            default:
                if (!TryParseInteger(text, out ulong u64))
                {
                    return "an integer of 64 bits without sign";
                }

                if (type == FieldType.Fixed64)
                {
                    writer.WriteFixed64(u64);
                    return null;
                }

                writer.WriteVarint(u64);
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

    private static bool TryWriteEnum(FieldNode node, scoped ReadOnlySpan<byte> text, ref WireWriter writer)
    {
        if (!TryParseInteger(text, out int number) && !TryFindEnum(node, text, out number))
        {
            return false;
        }

        writer.WriteVarint((ulong)(long)number);
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
    private static bool TryWriteBase64(scoped ReadOnlySpan<byte> text, ref WireWriter writer)
    {
        var rented = ArrayPool<byte>.Shared.Rent(2 * text.Length + 4);
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

            var decoded = rented.AsSpan(text.Length);
            if (Base64Url.DecodeFromUtf8(urlSafe, decoded, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            writer.WriteLengthDelimited(decoded[..length]);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
