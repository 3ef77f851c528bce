using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcBinaryHeaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("AQ", "01")]
    [InlineData("AQ==", "01")]
    [InlineData("AQ=", "01")]
    [InlineData("AQI", "0102")]
    [InlineData("AQI=", "0102")]
    [InlineData("AQID", "010203")]
    [InlineData(" AQID ", "010203")]
    [InlineData("+/+/", "FBFFBF")]
    public void PaddedOrNot_IsDecoded(string text, string hex) => Assert.Equal(Convert.FromHexString(hex), GrpcBinaryHeader.Decode(text));

    [Theory]
    [InlineData("A")]
    [InlineData("AQIDA")]
    [InlineData("AQ===")]
    [InlineData("=")]
    [InlineData("====")]
    [InlineData("A!==")]
    [InlineData("AQ==AQ==")]
    [InlineData("-_-_")]
    [InlineData("ÄÖÜß")]
    public void Garbage_IsNull(string text) => Assert.Null(GrpcBinaryHeader.Decode(text));

    [Fact]
    public void Encoded_HasNoPaddingAndComesBack()
    {
        var random = new Random(5);
        for (var length = 0; length < 70; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);

            var text = GrpcBinaryHeader.Encode(bytes);

            Assert.DoesNotContain("=", text, StringComparison.Ordinal);
            Assert.Equal(bytes, GrpcBinaryHeader.Decode(text));
        }
    }
}
