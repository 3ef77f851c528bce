using Transcoders.Calls;
using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcCompressionTests
{
    [Theory]
    [InlineData("gzip", 0)]
    [InlineData("gzip", 1)]
    [InlineData("gzip", 100_000)]
    [InlineData("deflate", 0)]
    [InlineData("deflate", 100_000)]
    public void RoundTrip(string encoding, int length)
    {
        var payload = new byte[length];
        new Random(1).NextBytes(payload.AsSpan(0, length / 2));

        var decoded = Decompress(encoding, Compress(encoding, payload), limit: Math.Max(1, length));

        Assert.Equal(payload, decoded);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public void Bomb_IsRefusedAtTheLimit(string encoding)
    {
        var bomb = Compress(encoding, new byte[10_000_000]);
        Assert.InRange(bomb.Length, 1, 100_000);

        var refused = Assert.Throws<CallException>(() => Decompress(encoding, bomb, limit: 1000));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public void OneByteOverTheLimit_IsRefused(string encoding)
    {
        var refused = Assert.Throws<CallException>(() => Decompress(encoding, Compress(encoding, new byte[101]), limit: 100));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
    }

    [Theory]
    [InlineData("gzip", "00010203")]
    [InlineData("gzip", "1F8B0800000000000003FFFFFFFF")]
    [InlineData("deflate", "00010203")]
    [InlineData("deflate", "789CFFFFFFFF")]
    public void Garbage_IsInternal(string encoding, string hex)
    {
        var refused = Assert.Throws<CallException>(() => Decompress(encoding, Convert.FromHexString(hex), limit: 100));

        Assert.Equal(StatusCode.Internal, refused.Status.Code);
        Assert.Contains(encoding, refused.Status.Message, StringComparison.Ordinal);
    }

    /// <summary>RFC 1950 §2.2: FDICT asks for a dictionary nobody agreed on.</summary>
    [Fact]
    public void DeflateWithADictionary_IsInternal()
    {
        var refused = Assert.Throws<CallException>(() => Decompress("deflate", Convert.FromHexString("78BB00000001030000000001"), limit: 100));

        Assert.Equal(StatusCode.Internal, refused.Status.Code);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public void CutOff_IsInternal(string encoding)
    {
        var whole = Compress(encoding, "a payload of some length"u8.ToArray());

        var refused = Assert.Throws<CallException>(() => Decompress(encoding, whole[..^12], limit: 100));

        Assert.Equal(StatusCode.Internal, refused.Status.Code);
    }

    [Fact]
    public void CompressedFlagWithoutEncoding_IsInternal()
    {
        var refused = Assert.Throws<CallException>(() => Decompress("identity", [1], limit: 100));

        Assert.Equal(StatusCode.Internal, refused.Status.Code);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("deflate", true)]
    [InlineData("identity", true)]
    [InlineData("br", false)]
    [InlineData("", false)]
    public void Supported(string encoding, bool supported) => Assert.Equal(supported, GrpcCompression.IsSupported(encoding));

    private static byte[] Compress(string encoding, byte[] payload)
    {
        using var output = new PayloadBuffer(1_000_000);
        GrpcCompression.Compress(encoding, payload, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Decompress(string encoding, byte[] payload, int limit)
    {
        using var output = new PayloadBuffer(limit);
        GrpcCompression.Decompress(encoding, payload.Length == 0 ? default : Segments.Of(payload, 7), output);
        return output.WrittenSpan.ToArray();
    }
}
