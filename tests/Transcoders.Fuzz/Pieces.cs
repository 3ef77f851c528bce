using System.Buffers;

namespace Transcoders.Fuzz;

/// <summary>Splits an input as a network may: by sizes drawn from the input itself, so that a finding can be played again.</summary>
internal static class Pieces
{
    public static Random RandomOf(ReadOnlySpan<byte> input)
    {
        var hash = 17;
        foreach (var value in input)
        {
            hash = unchecked((hash * 31) + value);
        }

        return new Random(hash);
    }

    public static ReadOnlySequence<byte> Of(ReadOnlySpan<byte> bytes, Random random)
    {
        if (bytes.IsEmpty)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        Piece? first = null;
        Piece? last = null;
        while (!bytes.IsEmpty)
        {
            var size = Math.Min(bytes.Length, random.Next(1, 64));
            last = new Piece(bytes[..size].ToArray(), last);
            first ??= last;
            bytes = bytes[size..];
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, Piece? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
