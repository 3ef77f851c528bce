using System.Buffers.Binary;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`len32`: four bytes of length, big-endian, then the message. Carries any bytes; a length of zero is an empty message.</summary>
public sealed class Len32Framing : StdioFraming
{
    private const int PrefixLength = 4;

    public override string Name => "len32";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        frame = default;
        if (buffer.Length >= PrefixLength)
        {
            // Refused by the announced length, before anybody waits for it.
            var length = BinaryPrimitives.ReadUInt32BigEndian(buffer);
            FramingErrors.ThrowIfOver(length, limit, "a message");
            if (buffer.Length - PrefixLength >= length)
            {
                frame = new StdioFrame(PrefixLength, (int)length, PrefixLength + (int)length);
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
        output.Reserve(PrefixLength + payload.Length);
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(PrefixLength), payload.Length);
        output.Advance(PrefixLength);
        output.Write(payload);
    }
}
