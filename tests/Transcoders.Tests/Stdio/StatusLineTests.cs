using System.Text;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class StatusLineTests
{
    private static readonly StatusJsonReader Reader = new(SchemaCatalog.BuiltIn);

    [Theory]
    [InlineData("""{"code":5,"message":"no item a"}""", StatusCode.NotFound, "no item a")]
    [InlineData("""{"message":"late","code":16}""", StatusCode.Unauthenticated, "late")]
    [InlineData("""{"code":13}""", StatusCode.Internal, "")]
    [InlineData("""  {"code":3,"details":[{"code":7,"x":[1,{}]}],"message":"é"} """, StatusCode.InvalidArgument, "é")]
    public void Status_IsTaken(string line, StatusCode code, string message)
    {
        Assert.True(StatusLine.TryParse(Encoding.UTF8.GetBytes(line), Reader, out var status));
        Assert.Equal(code, status.Code);
        Assert.Equal(message, status.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("panic: no item")]
    [InlineData("{}")]
    [InlineData("""{"code":0,"message":"fine"}""")]
    [InlineData("""{"code":17}""")]
    [InlineData("""{"code":-1}""")]
    [InlineData("""{"code":5.5}""")]
    [InlineData("""{"code":"5"}""")]
    [InlineData("""{"code":99999999999}""")]
    [InlineData("""{"code":5,"message":7}""")]
    [InlineData("""{"code":5,"message":"\ud800"}""")]
    [InlineData("""{"code":5""")]
    [InlineData("""{"code":5} and more""")]
    [InlineData("""{"code":5}{"code":6}""")]
    [InlineData("""[{"code":5}]""")]
    public void AnythingElse_IsNoStatus(string line) =>
        Assert.False(StatusLine.TryParse(Encoding.UTF8.GetBytes(line), Reader, out _));

    [Fact]
    public void InvalidUtf8_IsNoStatus() =>
        Assert.False(StatusLine.TryParse([.. "{\"code\":5,\"message\":\""u8, 0xff, .. "\"}"u8], Reader, out _));

    [Fact]
    public void Details_AreKept()
    {
        Assert.True(StatusLine.TryParse("""{"code":9,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}"""u8, Reader, out var status));
        var details = Google.Rpc.Status.Parser.ParseFrom(status.Details.Span);
        Assert.Equal("R", details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
        Assert.Equal(StatusOrigin.Backend, status.Origin);
    }
}
