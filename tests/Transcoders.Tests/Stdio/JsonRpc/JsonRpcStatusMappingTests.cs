using System.Text;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Stdio.JsonRpc;

namespace Transcoders.Tests.Stdio.JsonRpc;

public sealed class JsonRpcStatusMappingTests
{
    [Theory]
    [InlineData(StatusCode.Cancelled, 1)]
    [InlineData(StatusCode.Unknown, 2)]
    [InlineData(StatusCode.InvalidArgument, -32602)]
    [InlineData(StatusCode.DeadlineExceeded, 4)]
    [InlineData(StatusCode.NotFound, 5)]
    [InlineData(StatusCode.AlreadyExists, 6)]
    [InlineData(StatusCode.PermissionDenied, 7)]
    [InlineData(StatusCode.ResourceExhausted, 8)]
    [InlineData(StatusCode.FailedPrecondition, 9)]
    [InlineData(StatusCode.Aborted, 10)]
    [InlineData(StatusCode.OutOfRange, 11)]
    [InlineData(StatusCode.Unimplemented, -32601)]
    [InlineData(StatusCode.Internal, -32603)]
    [InlineData(StatusCode.Unavailable, 14)]
    [InlineData(StatusCode.DataLoss, 15)]
    [InlineData(StatusCode.Unauthenticated, 16)]
    public void EveryFailure_ComesBackAsItself(StatusCode status, int code)
    {
        Assert.Equal(code, JsonRpcStatusMapping.ToCode(status));
        Assert.Equal(status, JsonRpcStatusMapping.FromCode(code));
    }

    [Theory]
    [InlineData(-32700, StatusCode.Internal)]
    [InlineData(3, StatusCode.InvalidArgument)]
    [InlineData(12, StatusCode.Unimplemented)]
    [InlineData(13, StatusCode.Internal)]
    [InlineData(-32600, StatusCode.Unknown)]
    [InlineData(-32000, StatusCode.Unknown)]
    [InlineData(0, StatusCode.Unknown)]
    [InlineData(17, StatusCode.Unknown)]
    [InlineData(-1, StatusCode.Unknown)]
    [InlineData(int.MinValue, StatusCode.Unknown)]
    public void OtherCodes(int code, StatusCode status) => Assert.Equal(status, JsonRpcStatusMapping.FromCode(code));

    [Theory]
    [InlineData("""{"code":-32602,"message":"a must be >1"}""", StatusCode.InvalidArgument, "a must be >1")]
    [InlineData("""{"code":-32000,"message":"outer","data":{"code":5,"message":"inner","details":[]}}""", StatusCode.NotFound, "inner")]
    [InlineData("""{"code":7,"message":"outer","data":{"code":0,"message":"inner"}}""", StatusCode.PermissionDenied, "outer")]
    [InlineData("""{"code":7,"message":"outer","data":{"reason":"x"}}""", StatusCode.PermissionDenied, "outer")]
    [InlineData("""{"code":7,"message":"outer","data":"text"}""", StatusCode.PermissionDenied, "outer")]
    public void DataThatIsAFailingStatus_Wins(string error, StatusCode code, string message)
    {
        var status = StatusOf(error);

        Assert.Equal(code, status.Code);
        Assert.Equal(message, status.Message);
        Assert.Equal(StatusOrigin.Backend, status.Origin);
    }

    [Fact]
    public void DetailsInData_AreKept()
    {
        var status = StatusOf("""{"code":1,"message":"","data":{"code":3,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}}""");

        var details = Google.Rpc.Status.Parser.ParseFrom(status.Details.Span);
        Assert.Equal("R", details.Details[0].Unpack<ErrorInfo>().Reason);
    }

    private static CallStatus StatusOf(string error)
    {
        var frame = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"error":{{error}}}""");
        Assert.True(JsonRpcReader.TryRead(frame, 100, out var message, out _));
        return JsonRpcStatusMapping.ToStatus(message, new StatusJsonReader(SchemaCatalog.BuiltIn));
    }
}
