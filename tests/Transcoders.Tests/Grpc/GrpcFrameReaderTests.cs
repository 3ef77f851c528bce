using System.Buffers;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcFrameReaderTests
{
    [Fact]
    public void TwoFrames_AreCutOneAfterTheOther()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 2, 7, 8, 1, 0, 0, 0, 0, 9]);

        Assert.True(GrpcFrameReader.TryRead(ref buffer, 10, out var first));
        Assert.True(GrpcFrameReader.TryRead(ref buffer, 10, out var second));

        Assert.False(first.Compressed);
        Assert.Equal([7, 8], first.Payload.ToArray());
        Assert.True(second.Compressed);
        Assert.True(second.Payload.IsEmpty);
        Assert.Equal([9], buffer.ToArray());
        Assert.False(GrpcFrameReader.TryRead(ref buffer, 10, out _));
    }

    [Fact]
    public void LengthAboveLimit_IsRefusedBeforeItArrives()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 11]);

        var refused = Assert.Throws<CallException>(() => GrpcFrameReader.TryRead(ref buffer, 10, out _));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
        Assert.Contains("11 bytes; the limit is 10", refused.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LengthOfFourGigabytes_IsNotNegative()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0xff, 0xff, 0xff, 0xff]);

        var refused = Assert.Throws<CallException>(() => GrpcFrameReader.TryRead(ref buffer, int.MaxValue, out _));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
    }

    [Fact]
    public void LengthAtTheLimit_IsTaken()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 1, 5]);

        Assert.True(GrpcFrameReader.TryRead(ref buffer, 1, out var frame));

        Assert.Equal([5], frame.Payload.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(0xff)]
    public void FlagByteOfNoGrpcPeer_IsInternal(byte flag)
    {
        var buffer = new ReadOnlySequence<byte>([flag, 0, 0, 0, 0]);

        var refused = Assert.Throws<CallException>(() => GrpcFrameReader.TryRead(ref buffer, 10, out _));

        Assert.Equal(StatusCode.Internal, refused.Status.Code);
        Assert.Contains($"0x{flag:x2}", refused.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByteAtATime_GivesTheSameFrames()
    {
        byte[] bytes = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9];
        var frames = new List<string>();
        var start = 0;
        for (var arrived = 1; arrived <= bytes.Length; arrived++)
        {
            var buffer = Segments.Of(bytes.AsSpan(start, arrived - start), 1);
            while (GrpcFrameReader.TryRead(ref buffer, 10, out var frame))
            {
                frames.Add((frame.Compressed ? "c" : "p") + Convert.ToHexString(frame.Payload.ToArray()));
                start = arrived - (int)buffer.Length;
            }
        }

        Assert.Equal(["p010203", "p", "c09"], frames);
        Assert.Equal(bytes.Length, start);
    }

    [Fact]
    public void WrittenPrefix_IsRead()
    {
        Span<byte> prefix = stackalloc byte[GrpcFrameReader.PrefixLength];

        GrpcFrameReader.WritePrefix(prefix, 0x01020304, compressed: true);

        Assert.Equal(0x01020304, GrpcFrameReader.ReadPrefix(prefix, int.MaxValue, out var compressed));
        Assert.True(compressed);
        Assert.Equal([1, 1, 2, 3, 4], prefix.ToArray());
    }
}
