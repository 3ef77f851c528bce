using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class MetadataNamesTests
{
    [Theory]
    [InlineData("Connection")]
    [InlineData("keep-alive")]
    [InlineData("TE")]
    [InlineData("trailer")]
    [InlineData("Transfer-Encoding")]
    [InlineData("upgrade")]
    [InlineData("HOST")]
    [InlineData("content-length")]
    [InlineData("content-type")]
    [InlineData("forwarded")]
    [InlineData("traceparent")]
    [InlineData("grpc-status")]
    [InlineData("GRPC-anything")]
    [InlineData("Connect-Timeout-Ms")]
    [InlineData("proxy-authorization")]
    [InlineData("Proxy-Connection")]
    [InlineData("Sec-WebSocket-Key")]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-server-timeout")]
    [InlineData(":path")]
    [InlineData("")]
    public void NamesOfOneHop_AreReserved(string name) => Assert.True(ReservedMetadata.Contains(name));

    [Theory]
    [InlineData("authorization")]
    [InlineData("x-request-id")]
    [InlineData("grpc")]
    [InlineData("grpcx")]
    [InlineData("connect")]
    [InlineData("proxy")]
    [InlineData("x-forwarded")]
    [InlineData("cookie")]
    [InlineData("etag")]
    [InlineData("\u0107onnect-x")]
    public void OtherNames_Cross(string name) => Assert.False(ReservedMetadata.Contains(name));

    [Theory]
    [InlineData("x-a_b.c9", true)]
    [InlineData("X-A", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a:", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    [InlineData("a\0", false)]
    public void Name(string name, bool isName) => Assert.Equal(isName, MetadataText.IsName(name));

    [Theory]
    [InlineData("", true)]
    [InlineData(" ~", true)]
    [InlineData("a\tb", false)]
    [InlineData("a\r\nb: c", false)]
    [InlineData("\u007f", false)]
    [InlineData("ö", false)]
    [InlineData("\0", false)]
    public void Value(string value, bool isValue) => Assert.Equal(isValue, MetadataText.IsValue(value));
}
