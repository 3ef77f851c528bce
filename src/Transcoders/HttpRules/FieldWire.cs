using System.Buffers.Binary;
using Google.Protobuf.Reflection;
using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>The little of the protobuf wire format that setting fields from a URL takes.</summary>
internal static class FieldWire
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int StartGroup = 3;
    public const int EndGroup = 4;
    public const int Fixed32 = 5;

    private const int MaxVarint = 10;

    public static int TypeOf(FieldType type) => type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message => Bytes,
        FieldType.Group => StartGroup,
        _ => Varint,
    };

    public static byte[] Tag(int number, int wireType)
    {
        Span<byte> tag = stackalloc byte[MaxVarint];
        return tag[..Encode(((ulong)(uint)number << 3) | (uint)wireType, tag)].ToArray();
    }

    public static void WriteVarint(ulong value, PayloadBuffer output) => output.Advance(Encode(value, output.GetSpan(MaxVarint)));

    public static void WriteFixed32(uint value, PayloadBuffer output)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    public static void WriteFixed64(ulong value, PayloadBuffer output)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(sizeof(ulong)), value);
        output.Advance(sizeof(ulong));
    }

    public static void WriteBytes(ReadOnlySpan<byte> value, PayloadBuffer output)
    {
        WriteVarint((ulong)value.Length, output);
        output.Write(value);
    }

    /// <summary>Opens a length-delimited field: keeps one byte for the length. Returns where the content begins.</summary>
    public static int Open(PayloadBuffer output)
    {
        output.GetSpan(1)[0] = 0;
        output.Advance(1);
        return output.Length;
    }

    /// <summary>Puts the length before the content that began at <paramref name="start"/>, moving the content when one byte is too few.</summary>
    public static void Close(PayloadBuffer output, int start)
    {
        var length = output.Length - start;
        if (length < 0x80)
        {
            output.Raw[start - 1] = (byte)length;
            return;
        }

        Span<byte> prefix = stackalloc byte[MaxVarint];
        var size = Encode((ulong)length, prefix);
        output.Reserve(size - 1);
        output.Raw.Slice(start, length).CopyTo(output.Raw[(start + size - 1)..]);
        prefix[..size].CopyTo(output.Raw[(start - 1)..]);
        output.Advance(size - 1);
    }

    /// <summary>Reads the next field of a message; false at its end.</summary>
    /// <param name="message">What is left of the message; moved past the field.</param>
    /// <param name="number">The field's number.</param>
    /// <param name="content">The content of a length-delimited field or a group; empty for the other wire types.</param>
    /// <param name="isDelimited">True when <paramref name="content"/> means something.</param>
    /// <remarks>Only for messages that our own plans wrote: on malformed input it stops, it does not explain.</remarks>
    public static bool TryRead(ref ReadOnlySpan<byte> message, out int number, out ReadOnlySpan<byte> content, out bool isDelimited)
    {
        content = default;
        isDelimited = false;
        number = 0;
        if (!TryReadVarint(ref message, out var tag))
        {
            return false;
        }

        number = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case Varint:
                return TryReadVarint(ref message, out _);
            case Fixed64:
                return TrySkip(ref message, sizeof(ulong));
            case Fixed32:
                return TrySkip(ref message, sizeof(uint));
            case Bytes:
                if (!TryReadVarint(ref message, out var length) || length > (ulong)message.Length)
                {
                    return false;
                }

                isDelimited = true;
                content = message[..(int)length];
                message = message[(int)length..];
                return true;
            case StartGroup:
                isDelimited = true;
                return TryReadGroup(ref message, out content);
            default:
                return false;
        }
    }

    private static bool TryReadGroup(ref ReadOnlySpan<byte> message, out ReadOnlySpan<byte> content)
    {
        content = default;
        var whole = message;
        var depth = 1;
        while (true)
        {
            var before = message;
            if (!TryReadVarint(ref message, out var tag))
            {
                return false;
            }

            var type = (int)(tag & 7);
            depth += type == StartGroup ? 1 : type == EndGroup ? -1 : 0;
            if (depth == 0)
            {
                content = whole[..(whole.Length - before.Length)];
                return true;
            }

            if (type is StartGroup or EndGroup)
            {
                continue;
            }

            message = before;
            if (!TryRead(ref message, out _, out _, out _))
            {
                return false;
            }
        }
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> message, int count)
    {
        if (message.Length < count)
        {
            return false;
        }

        message = message[count..];
        return true;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> message, out ulong value)
    {
        value = 0;
        for (var i = 0; i < MaxVarint && i < message.Length; i++)
        {
            value |= (ulong)(message[i] & 0x7F) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static int Encode(ulong value, Span<byte> target)
    {
        var count = 0;
        while (value >= 0x80)
        {
            target[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[count++] = (byte)value;
        return count;
    }
}
