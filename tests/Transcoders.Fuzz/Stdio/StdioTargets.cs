using Transcoders.Calls;
using Transcoders.Stdio;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Stdio;

/// <summary>What a process may write.</summary>
internal static class StdioTargets
{
    private const int Limit = 2048;

    /// <summary>Lines are the same however they arrive, and the same as splitting by hand.</summary>
    public static void Lines(ReadOnlySpan<byte> input)
    {
        foreach (var format in new[] { PayloadFormat.Text, PayloadFormat.Json })
        {
            Require(StdioFraming.TryCreate("ndjson", format, out var framing), "no such framing");
            var pieces = Read(framing!, input, RandomOf(input));
            var expected = Split(input, format == PayloadFormat.Json);
            Require(pieces.Count == expected.Count, "another number of lines");
            for (var i = 0; i < pieces.Count; i++)
            {
                Require(pieces[i].AsSpan().SequenceEqual(expected[i]), "another line");
            }
        }
    }

    /// <summary>Messages of known length are the same however they arrive, and are themselves again once written.</summary>
    public static void Lengths(ReadOnlySpan<byte> input)
    {
        foreach (var name in new[] { "len32", "varint", "lsp" })
        {
            Require(StdioFraming.TryCreate(name, PayloadFormat.Binary, out var framing), "no such framing");
            RoundTrip(framing!, input);
            List<byte[]> pieces;
            try
            {
                pieces = Read(framing!, input, RandomOf(input));
            }
            catch (CallException)
            {
                continue;
            }

            using var again = new PayloadBuffer(1 << 20);
            foreach (var piece in pieces)
            {
                framing!.Write(piece, again);
            }

            Require(Same(pieces, Read(framing!, again.WrittenSpan, new Random(1))), "other messages once written");
        }
    }

    /// <summary>Every element of a sequence is one JSON value; what is written between others is read again.</summary>
    public static void Sequence(ReadOnlySpan<byte> input)
    {
        Require(StdioFraming.TryCreate("json-seq", PayloadFormat.Json, out var framing), "no such framing");
        var pieces = Read(framing!, input, RandomOf(input));
        using var again = new PayloadBuffer(1 << 20);
        foreach (var piece in pieces)
        {
            using var document = System.Text.Json.JsonDocument.Parse(piece, new System.Text.Json.JsonDocumentOptions { MaxDepth = 10_000 });
            framing!.Write(piece, again);
        }

        Require(Same(pieces, Read(framing!, again.WrittenSpan, new Random(1))), "other messages once written");
    }

    private static void RoundTrip(StdioFraming framing, ReadOnlySpan<byte> input)
    {
        var message = input[..Math.Min(input.Length, Limit)];
        using var output = new PayloadBuffer(1 << 20);
        framing.Write(message, output);
        var read = Read(framing, output.WrittenSpan, new Random(1));
        Require(read.Count == 1 && read[0].AsSpan().SequenceEqual(message), "not itself once written");
    }

    private static bool Same(List<byte[]> one, List<byte[]> other) =>
        one.Count == other.Count && one.Zip(other).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private static List<byte[]> Read(StdioFraming framing, ReadOnlySpan<byte> input, Random random)
    {
        using var buffer = new FrameBuffer(framing, Limit);
        var lines = new List<byte[]>();
        while (true)
        {
            while (buffer.TryRead(out var line))
            {
                Require(line.Length <= Limit, "a line over the limit");
                lines.Add(line.ToArray());
            }

            if (buffer.Ended)
            {
                return lines;
            }

            if (input.IsEmpty)
            {
                buffer.End();
                continue;
            }

            var room = buffer.GetMemory();
            var size = Math.Min(Math.Min(input.Length, room.Length), random.Next(1, random.Next(2) == 0 ? 8 : 8192));
            input[..size].CopyTo(room.Span);
            buffer.Advance(size);
            input = input[size..];
        }
    }

    private static List<byte[]> Split(ReadOnlySpan<byte> input, bool dropsBlank)
    {
        var lines = new List<byte[]>();
        while (!input.IsEmpty)
        {
            var end = input.IndexOf((byte)'\n');
            var line = end < 0 ? input : input[..end];
            input = end < 0 ? default : input[(end + 1)..];
            line = line.EndsWith("\r"u8) ? line[..^1] : line;
            if (!dropsBlank || line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') >= 0)
            {
                lines.Add(line.ToArray());
            }
        }

        return lines;
    }
}
