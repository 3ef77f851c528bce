using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`raw` where messages are known: all a process writes is one message, and all it reads is one.</summary>
public sealed class WholeFraming : StdioFraming
{
    public override string Name => "raw";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        FramingErrors.ThrowIfOver(buffer.Length, limit, "a message");
        frame = new StdioFrame(0, ended ? buffer.Length : 0, ended ? buffer.Length : 0);
        return ended && !buffer.IsEmpty;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(payload);
    }
}
