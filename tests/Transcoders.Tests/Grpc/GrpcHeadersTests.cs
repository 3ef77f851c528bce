using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcHeadersTests
{
    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/GRPC+JSON", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/grpc ; a=b", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpc-web+proto", false)]
    [InlineData("application/grpc-web-text", false)]
    [InlineData("application/grpcx", false)]
    [InlineData("application/json", false)]
    [InlineData("application/grp", false)]
    [InlineData("", false)]
    public void IsGrpc(string contentType, bool isGrpc) => Assert.Equal(isGrpc, GrpcHeaders.IsGrpc(contentType));

    [Theory]
    [InlineData("x-bin", true)]
    [InlineData("X-BIN", true)]
    [InlineData("-bin", true)]
    [InlineData("bin", false)]
    [InlineData("x-bin-a", false)]
    public void IsBinary(string name, bool isBinary) => Assert.Equal(isBinary, GrpcHeaders.IsBinary(name));
}
