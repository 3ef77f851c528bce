using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class GrpcWebSocketMessageTests
{
    [Fact]
    public void HeaderBlock_IsLinesOfNameAndValue()
    {
        var headers = GrpcWebSocketMessage.ReadHeaders("content-type: application/grpc-web+proto\r\nX-Team:red\r\n\r\n"u8);
        Assert.Equal(2, headers.Count);
        Assert.Equal("application/grpc-web+proto", headers.Find("content-type"));
        Assert.Equal("red", headers.Find("x-team"));
    }

    [Theory]
    [InlineData("no colon")]
    [InlineData(": value")]
    [InlineData("na me: value")]
    [InlineData("name: va\u0001lue")]
    [InlineData("name: b\u00fc")]
    public void HeaderThatCouldNotCross_IsRefused(string block) =>
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<CallException>(() => GrpcWebSocketMessage.ReadHeaders(Encoding.UTF8.GetBytes(block))).Status.Code);

    [Fact]
    public void HeaderBlockOverALimit_IsRefused()
    {
        var many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a: b\r\n", 101)));
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(() => GrpcWebSocketMessage.ReadHeaders(many)).Status.Code);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(static () => GrpcWebSocketMessage.ReadHeaders(new byte[GrpcWebSocketMessage.MaxHeaderBytes + 1])).Status.Code);
    }

    [Fact]
    public void FirstByte_SaysWhatAMessageIs()
    {
        Assert.Equal(GrpcWebSocketKind.Data, GrpcWebSocketMessage.Read(new byte[] { 0, 9 }, out var frames));
        Assert.Equal([9], frames.ToArray());
        Assert.Equal(GrpcWebSocketKind.HalfClose, GrpcWebSocketMessage.Read(new byte[] { 1 }, out _));
        Assert.Throws<CallException>(static () => GrpcWebSocketMessage.Read(new byte[] { 1, 0 }, out _));
        Assert.Throws<CallException>(static () => GrpcWebSocketMessage.Read(new byte[] { 2 }, out _));
        Assert.Throws<CallException>(static () => GrpcWebSocketMessage.Read(default, out _));
    }
}
