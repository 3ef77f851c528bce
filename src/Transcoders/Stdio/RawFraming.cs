using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`raw`: bytes as they come. What one read brings is one message; boundaries mean nothing.</summary>
public sealed class RawFraming : StdioFraming
{
    public override string Name => "raw";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        scanned = 0;
        var length = Math.Min(buffer.Length, limit);
        frame = new StdioFrame(0, length, length);
        return length != 0;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(payload);
    }
}
