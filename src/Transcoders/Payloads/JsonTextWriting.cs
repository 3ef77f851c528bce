using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Transcoders.Payloads;

/// <summary>JSON tokens over a <see cref="WireWriter"/>.</summary>
internal static class JsonTextWriting
{
    /// <summary>Integers up to here are exact as doubles and print without an exponent.</summary>
    private const double PlainIntegers = 1e15;

    private const ulong EightDigits = 100_000_000;

    /// <summary>Eight times the character `0`.</summary>
    private const ulong Zeros = 0x3030_3030_3030_3030;

    /// <summary>Below this, six decimals make no more than 15 digits.</summary>
    private const double ShortDecimals = 1e9;

    private static readonly ulong[] Escapes = EscapesOfBytes();

    /// <summary>A literal of at most sixteen bytes.</summary>
    public static void WriteSmall(this ref WireWriter writer, ReadOnlySpan<byte> literal)
    {
        writer.Ensure(16);
        literal.CopyTo(writer.Room);
        writer.Advance(literal.Length);
    }

    public static void WriteInteger(this ref WireWriter writer, long value)
    {
        if (value >= 0)
        {
            writer.WriteInteger((ulong)value);
            return;
        }

        writer.Ensure(20);
        writer.WriteByteUnchecked((byte)'-');
        writer.WriteInteger(0 - (ulong)value);
    }

    public static void WriteInteger(this ref WireWriter writer, ulong value)
    {
        writer.Ensure(20);
        if (value < EightDigits)
        {
            writer.WriteLeadingUnchecked((uint)value);
            return;
        }

        var (high, low) = Math.DivRem(value, EightDigits);
        if (high < EightDigits)
        {
            writer.WriteLeadingUnchecked((uint)high);
        }
        else
        {
            var (top, middle) = Math.DivRem(high, EightDigits);
            writer.WriteLeadingUnchecked((uint)top);
            writer.WriteBitsUnchecked(Digits((uint)middle) | Zeros, 8);
        }

        writer.WriteBitsUnchecked(Digits((uint)low) | Zeros, 8);
    }

    /// <summary>At most eight digits, without zeros in front.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteLeadingUnchecked(this ref WireWriter writer, uint value)
    {
        var digits = Digits(value);
        var zeros = Math.Min(BitOperations.TrailingZeroCount(digits) / 8, 7);
        writer.WriteBitsUnchecked((digits | Zeros) >> (zeros * 8), 8 - zeros);
    }

    /// <summary>The eight decimal digits of a number below 10^8, one a byte, the first one lowest: all divisions at once by multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(uint value)
    {
        var (high, low) = Math.DivRem(value, 10_000u);
        var fours = high | ((ulong)low << 32);
        var hundreds = ((fours * 10486) >> 20) & 0x0000_007F_0000_007F;
        var twos = hundreds + ((fours - (hundreds * 100)) << 16);
        var tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
        return tens + ((twos - (tens * 10)) << 8);
    }

    /// <summary>A string of base64 in the standard alphabet, padded.</summary>
    public static void WriteBase64(this ref WireWriter writer, scoped ReadOnlySpan<byte> bytes)
    {
        writer.Ensure(Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2);
        writer.WriteByteUnchecked((byte)'"');
        Base64.EncodeToUtf8(bytes, writer.Room, out _, out var written);
        writer.Advance(written);
        writer.WriteByteUnchecked((byte)'"');
    }

    public static void WriteDouble(this ref WireWriter writer, double value)
    {
        if (Math.Abs(value) < PlainIntegers && value == (long)value && (value != 0 || !double.IsNegative(value)))
        {
            writer.WriteInteger((long)value);
            return;
        }

        if (!double.IsFinite(value))
        {
            writer.WriteNotFinite(value);
            return;
        }

        writer.Ensure(32);
        if (Math.Abs(value) < ShortDecimals && writer.TryWriteShortDecimalUnchecked(value))
        {
            return;
        }

        value.TryFormat(writer.Room, out var written, default, CultureInfo.InvariantCulture);
        writer.Advance(written);
    }

    /// <summary>
    /// A value such as 4.25. When a decimal of at most 15 digits divides back to the double exactly, it is the shortest
    /// that does: no two decimals so short are the same double.
    /// </summary>
    private static bool TryWriteShortDecimalUnchecked(this ref WireWriter writer, double value)
    {
        var scaled = (long)Math.Round(Math.Abs(value) * 1e6);
        if (scaled == 0 || scaled / 1e6 != Math.Abs(value))
        {
            return false;
        }

        if (value < 0)
        {
            writer.WriteByteUnchecked((byte)'-');
        }

        var (whole, fraction) = Math.DivRem((ulong)scaled, 1_000_000ul);
        writer.WriteInteger((long)whole);

        // The fraction is not zero, or the value would have been printed as an integer.
        var text = Digits((uint)fraction) >> 16;
        var length = 8 - (BitOperations.LeadingZeroCount(text) / 8);
        writer.WriteBitsUnchecked(((text | Zeros) << 8) | '.', length + 1);
        return true;
    }

    public static void WriteFloat(this ref WireWriter writer, float value)
    {
        if (!float.IsFinite(value))
        {
            writer.WriteNotFinite(value);
            return;
        }

        writer.Ensure(32);
        value.TryFormat(writer.Room, out var written, default, CultureInfo.InvariantCulture);
        writer.Advance(written);
    }

    /// <summary>Writes a JSON string; the value is given within its surroundings so that whole vectors can be read past its end.</summary>
    /// <returns>False when it is not UTF-8 and <paramref name="mustBeUtf8"/>; otherwise bad bytes become U+FFFD.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryWriteJsonString(this ref WireWriter writer, ReadOnlySpan<byte> data, int start, int length, bool mustBeUtf8)
    {
        writer.Ensure(length + 2);
        ref var source = ref Unsafe.Add(ref MemoryMarshal.GetReference(data), start);
        ref var target = ref MemoryMarshal.GetReference(writer.Room);
        target = (byte)'"';
        target = ref Unsafe.Add(ref target, 1);

        // Readable bytes from the value's beginning; writable ones are guaranteed by the writer's margin.
        var readable = data.Length - start;
        var i = 0;
        while (i < length && i + Vector128<byte>.Count <= readable)
        {
            var block = Vector128.LoadUnsafe(ref source, (nuint)i);
            block.StoreUnsafe(ref target, (nuint)i);
            var stops = (Vector128.Equals(block, Vector128.Create((byte)'"'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()).ExtractMostSignificantBits();
            if (stops != 0 && BitOperations.TrailingZeroCount(stops) < length - i)
            {
                return writer.TryWriteSpecialString(data.Slice(start, length), i, mustBeUtf8);
            }

            i += Vector128<byte>.Count;
        }

        for (; i < length; i++)
        {
            var b = Unsafe.Add(ref source, i);
            if (b is < (byte)' ' or >= 0x80 or (byte)'"' or (byte)'\\')
            {
                return writer.TryWriteSpecialString(data.Slice(start, length), i, mustBeUtf8);
            }

            Unsafe.Add(ref target, i) = b;
        }

        Unsafe.Add(ref target, length) = (byte)'"';
        writer.Advance(length + 2);
        return true;
    }

    /// <summary>A JSON string of which the first <paramref name="plain"/> bytes need no escape.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryWriteSpecialString(this ref WireWriter writer, ReadOnlySpan<byte> value, int plain, bool mustBeUtf8)
    {
        var isUtf8 = Utf8.IsValid(value[plain..]);
        if (!isUtf8 && mustBeUtf8)
        {
            return false;
        }

        writer.Ensure(value.Length + 2);
        writer.WriteByteUnchecked((byte)'"');
        writer.WriteRaw(value[..plain]);
        value = value[plain..];
        if (isUtf8)
        {
            writer.WriteEscaped(value);
        }
        else
        {
            Span<byte> rune = stackalloc byte[4];
            while (!value.IsEmpty)
            {
                Rune.DecodeFromUtf8(value, out var decoded, out var consumed);
                writer.WriteEscaped(rune[..decoded.EncodeToUtf8(rune)]);
                value = value[consumed..];
            }
        }

        writer.WriteByte((byte)'"');
        return true;
    }

    /// <summary>Valid UTF-8 with what a JSON string cannot hold escaped; no quotes around it.</summary>
    private static void WriteEscaped(this ref WireWriter writer, scoped ReadOnlySpan<byte> value)
    {
        ref var source = ref MemoryMarshal.GetReference(value);
        var i = 0;
        while (i < value.Length)
        {
            writer.Ensure(Vector128<byte>.Count);
            if (i + Vector128<byte>.Count <= value.Length)
            {
                var block = Vector128.LoadUnsafe(ref source, (nuint)i);
                block.StoreUnsafe(ref MemoryMarshal.GetReference(writer.Room));
                var stops = (Vector128.Equals(block, Vector128.Create((byte)'"'))
                    | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(block, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
                var plain = stops == 0 ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(stops);
                writer.Advance(plain);
                i += plain;
                if (stops == 0)
                {
                    continue;
                }
            }

            var b = value[i++];
            if (b is >= (byte)' ' and not ((byte)'"' or (byte)'\\'))
            {
                writer.WriteByteUnchecked(b);
                continue;
            }

            // Within the writer's margin, as the block was.
            var escape = Escapes[b];
            writer.WriteBitsUnchecked(escape, escape >> 16 == 0 ? 2 : 6);
        }
    }

    /// <summary>The bytes that stand for each byte a JSON string cannot hold: two of them, or `\u00` and two digits. The first is lowest.</summary>
    private static ulong[] EscapesOfBytes()
    {
        var escapes = new ulong['\\' + 1];
        for (var b = 0; b < ' '; b++)
        {
            escapes[b] = Encode($"\\u{b:x4}");
        }

        escapes['"'] = Encode("\\\"");
        escapes['\\'] = Encode("\\\\");
        escapes['\b'] = Encode("\\b");
        escapes['\f'] = Encode("\\f");
        escapes['\n'] = Encode("\\n");
        escapes['\r'] = Encode("\\r");
        escapes['\t'] = Encode("\\t");
        return escapes;

        static ulong Encode(string text)
        {
            var bits = 0UL;
            for (var i = text.Length - 1; i >= 0; i--)
            {
                bits = (bits << 8) | text[i];
            }

            return bits;
        }
    }

    private static void WriteNotFinite(this ref WireWriter writer, double value) =>
        writer.WriteSmall(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
}
