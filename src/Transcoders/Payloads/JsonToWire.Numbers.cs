using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Transcoders.Payloads;

/// <content>Numbers: bare or quoted, in every spelling JSON has, with the range of their type.</content>
internal ref partial struct JsonToWire
{
    private int Int32()
    {
        var value = Int64();
        if (value != (int)value)
        {
            FailRange("a 32-bit integer");
        }

        return (int)value;
    }

    private uint UInt32()
    {
        var value = UInt64();
        if (value > uint.MaxValue)
        {
            FailRange("an unsigned 32-bit integer");
        }

        return (uint)value;
    }

    private long Int64()
    {
        if (TryPlainInteger(out var magnitude, out var negative))
        {
            return negative ? -(long)magnitude : (long)magnitude;
        }

        return LongInt64();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long LongInt64()
    {
        var start = _in.Position;
        Span<byte> unescaped = stackalloc byte[NumberRoom];
        var text = NumberToken(unescaped);
        if (!NumberText.TryParseInt64(text, out var value))
        {
            FailNumber(text, "a 64-bit integer", start);
        }

        return value;
    }

    private ulong UInt64()
    {
        if (TryPlainInteger(out var magnitude, out var negative))
        {
            if (negative && magnitude != 0)
            {
                FailRange("an unsigned integer");
            }

            return magnitude;
        }

        return LongUInt64();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong LongUInt64()
    {
        var start = _in.Position;
        Span<byte> unescaped = stackalloc byte[NumberRoom];
        var text = NumberToken(unescaped);
        if (!NumberText.TryParseUInt64(text, out var value))
        {
            FailNumber(text, "an unsigned 64-bit integer", start);
        }

        return value;
    }

    private double Double()
    {
        if (_in.Peek() != '"' && NumberText.TryParseShort(_in.Rest, out var simple, out var length))
        {
            _in.Position += length;
            return simple;
        }

        return LongDouble();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private double LongDouble()
    {
        var start = _in.Position;
        var quoted = _in.Peek() == '"';
        Span<byte> unescaped = stackalloc byte[NumberRoom];
        var text = NumberToken(unescaped);
        if (!NumberText.TryParseDouble(text, quoted, out var value))
        {
            FailNumber(text, "a double", start);
        }

        return value;
    }

    private float Float()
    {
        _in.Peek();
        var start = _in.Position;
        var quoted = _in.Peek() == '"';
        Span<byte> unescaped = stackalloc byte[NumberRoom];
        var text = NumberToken(unescaped);
        if (!NumberText.TryParseSingle(text, quoted, out var value))
        {
            FailNumber(text, "a float", start);
        }

        return value;
    }

    /// <summary>An integer of at most 18 digits in its plainest spelling, quoted or not; otherwise nothing is consumed.</summary>
    private bool TryPlainInteger(out ulong magnitude, out bool negative)
    {
        var b = _in.Peek();
        var rest = _in.Rest;
        var i = 0;
        var quoted = b == '"';
        if (quoted)
        {
            i = 1;
        }

        negative = (uint)i < (uint)rest.Length && rest[i] == '-';
        if (negative)
        {
            i++;
        }

        var first = i;
        magnitude = 0;
        while (rest.Length - i >= sizeof(ulong) && i - first <= 18)
        {
            // Eight at a time: digits become 0 to 9, and the first byte that is none ends them. What it carries over lies behind it.
            var chunk = BinaryPrimitives.ReadUInt64LittleEndian(rest[i..]) ^ 0x3030_3030_3030_3030;
            var stops = ((chunk + 0x7676_7676_7676_7676) | chunk) & 0x8080_8080_8080_8080;
            var count = BitOperations.TrailingZeroCount(stops) / 8;
            if (count == 0)
            {
                break;
            }

            magnitude = (magnitude * PowersOfTen[count]) + Digits(chunk << (64 - (count * 8)));
            i += count;
            if (count != sizeof(ulong))
            {
                break;
            }
        }

        uint digit;
        while ((uint)i < (uint)rest.Length && (digit = (uint)(rest[i] - '0')) <= 9)
        {
            magnitude = (magnitude * 10) + digit;
            i++;
        }

        var digits = i - first;
        if (digits is 0 or > 18 || (rest[first] == '0' && digits > 1))
        {
            return false;
        }

        if (quoted)
        {
            if ((uint)i >= (uint)rest.Length || rest[i] != '"')
            {
                return false;
            }

            i++;
        }
        else if ((uint)i < (uint)rest.Length && rest[i] is not ((byte)',' or (byte)'}' or (byte)']' or <= (byte)' '))
        {
            return false;
        }

        _in.Position += i;
        return true;
    }

    private static ReadOnlySpan<uint> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>The number of eight digits, one a byte, the first lowest: neighbours are joined to twos, fours and eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(ulong digits)
    {
        digits = (digits * ((10 << 8) + 1)) >> 8;
        digits = ((digits & 0x00FF_00FF_00FF_00FF) * ((100 << 16) + 1)) >> 16;
        return ((digits & 0x0000_FFFF_0000_FFFF) * ((10_000UL << 32) + 1)) >> 32;
    }

    /// <summary>Room for a number that a client escapes character by character for no reason.</summary>
    private const int NumberRoom = 128;

    /// <summary>The characters of a number, whether it stands bare or in quotes.</summary>
    private ReadOnlySpan<byte> NumberToken(scoped Span<byte> unescaped)
    {
        var b = _in.Peek();
        if (b != '"')
        {
            if (b != '-' && !char.IsAsciiDigit((char)b))
            {
                FailKind("a number");
            }

            return _in.ReadNumber();
        }

        var start = _in.Position;
        var raw = _in.ReadString(out var escaped);
        if (!escaped)
        {
            return raw;
        }

        if (raw.Length > unescaped.Length)
        {
            _in.Fail("not a number", start);
        }

        // The room is scoped because this struct must not keep it; the result lies in the caller's frame all the same.
        var length = _in.Unescape(raw, unescaped);
        return MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetReference(unescaped), length);
    }

    [DoesNotReturn]
    private readonly void FailRange(string expected) => _in.Fail($"out of range for {expected}", Math.Max(0, _in.Position - 1));

    [DoesNotReturn]
    private readonly void FailNumber(ReadOnlySpan<byte> text, string expected, int at) =>
        _in.Fail($"'{JsonLocation.Shown(text)}' is not {expected}", at);
}
