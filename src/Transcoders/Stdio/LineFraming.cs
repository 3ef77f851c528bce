using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`ndjson`: one message per line. Of JSON, blank lines are no messages; of text, a blank line is an empty message.</summary>
public sealed class LineFraming(PayloadFormat format) : StdioFraming
{
    private readonly bool _json = format == PayloadFormat.Json;

    public override string Name => "ndjson";

    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        var skipped = 0;
        while (LineReader.TryRead(buffer[skipped..], ref scanned, ended, limit, out var line))
        {
            if (!_json || !IsBlank(buffer.Slice(skipped, line.Length)))
            {
                frame = new StdioFrame(skipped, line.Length, skipped + line.Consumed);
                return true;
            }

            skipped += line.Consumed;
        }

        frame = new StdioFrame(0, 0, skipped);
        return false;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        if (_json)
        {
            LineWriter.WriteJson(payload, output);
            return;
        }

        LineWriter.WriteText(payload, output);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0;
}
