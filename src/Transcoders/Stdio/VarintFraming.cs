using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`varint`: the length as a base-128 varint, then the message, as protobuf's writeDelimitedTo has it.</summary>
public sealed class VarintFraming : StdioFraming
{
    /// <summary>Five bytes hold every length of 32 bits; a writer need not be thrifty, but no more are looked at.</summary>
    private const int MaxPrefix = 5;

    public override string Name => "varint";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        frame = default;
        if (TryReadLength(buffer, out var length, out var prefix))
        {
            FramingErrors.ThrowIfOver(length, limit, "a message");
            if (buffer.Length - prefix >= length)
            {
                frame = new StdioFrame(prefix, (int)length, prefix + (int)length);
                return true;
            }
        }

        if (ended && !buffer.IsEmpty)
        {
            FramingErrors.ThrowCutOff();
        }

        return false;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Reserve(MaxPrefix + payload.Length);
        var prefix = output.GetSpan(MaxPrefix);
        var count = 0;
        for (var left = (uint)payload.Length; ; left >>= 7)
        {
            if (left < 0x80)
            {
                prefix[count++] = (byte)left;
                break;
            }

            prefix[count++] = (byte)(left | 0x80);
        }

        output.Advance(count);
        output.Write(payload);
    }

    private static bool TryReadLength(ReadOnlySpan<byte> buffer, out long length, out int prefix)
    {
        length = 0;
        for (prefix = 0; prefix < Math.Min(buffer.Length, MaxPrefix);)
        {
            var value = buffer[prefix];
            length |= (long)(value & 0x7F) << (7 * prefix);
            prefix++;
            if (value < 0x80)
            {
                return true;
            }
        }

        if (prefix == MaxPrefix)
        {
            FramingErrors.ThrowGarbage("messages behind a varint of their length");
        }

        return false;
    }
}
