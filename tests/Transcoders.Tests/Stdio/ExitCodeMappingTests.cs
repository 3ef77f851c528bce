using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class ExitCodeMappingTests
{
    [Theory]
    [InlineData(0, StatusCode.Ok)]
    [InlineData(1, StatusCode.Unknown)]
    [InlineData(2, StatusCode.Unknown)]
    [InlineData(63, StatusCode.Unknown)]
    [InlineData(64, StatusCode.InvalidArgument)]
    [InlineData(65, StatusCode.InvalidArgument)]
    [InlineData(66, StatusCode.NotFound)]
    [InlineData(67, StatusCode.NotFound)]
    [InlineData(68, StatusCode.Unavailable)]
    [InlineData(69, StatusCode.Unavailable)]
    [InlineData(70, StatusCode.Internal)]
    [InlineData(71, StatusCode.Internal)]
    [InlineData(72, StatusCode.Internal)]
    [InlineData(73, StatusCode.FailedPrecondition)]
    [InlineData(74, StatusCode.Internal)]
    [InlineData(75, StatusCode.Unavailable)]
    [InlineData(76, StatusCode.Internal)]
    [InlineData(77, StatusCode.PermissionDenied)]
    [InlineData(78, StatusCode.Internal)]
    [InlineData(79, StatusCode.Unknown)]
    [InlineData(124, StatusCode.DeadlineExceeded)]
    [InlineData(125, StatusCode.Unknown)]
    [InlineData(126, StatusCode.Unavailable)]
    [InlineData(127, StatusCode.Unavailable)]
    [InlineData(137, StatusCode.Unknown)]
    [InlineData(255, StatusCode.Unknown)]
    public void ExitCode_HasItsStatus(int exitCode, StatusCode code)
    {
        var status = ExitCodeMapping.ToStatus(ProcessExit.WithCode(exitCode));
        Assert.Equal(code, status.Code);
        Assert.Equal(exitCode == 0 ? "" : $"process exited {exitCode}", status.Message);
    }

    [Theory]
    [InlineData(9, StatusCode.ResourceExhausted)]
    [InlineData(6, StatusCode.Internal)]
    [InlineData(11, StatusCode.Internal)]
    [InlineData(15, StatusCode.Internal)]
    public void Signal_HasItsStatus(int signal, StatusCode code)
    {
        var status = ExitCodeMapping.ToStatus(ProcessExit.BySignal(signal));
        Assert.Equal(code, status.Code);
        Assert.Equal($"process was killed by signal {signal}", status.Message);
    }

    [Fact]
    public void UnknownExit_IsUnknown() =>
        Assert.Equal(StatusCode.Unknown, ExitCodeMapping.ToStatus(ProcessExit.Unknown).Code);

    [Fact]
    public void Details_HoldTheNumbers()
    {
        var status = ExitCodeMapping.ToStatus(ProcessExit.WithCode(65));
        var rpc = Google.Rpc.Status.Parser.ParseFrom(status.Details.Span);
        Assert.Equal(3, rpc.Code);
        var info = Assert.Single(rpc.Details).Unpack<ErrorInfo>();
        Assert.Equal("65", info.Metadata["exitCode"]);

        rpc = Google.Rpc.Status.Parser.ParseFrom(ExitCodeMapping.ToStatus(ProcessExit.BySignal(9)).Details.Span);
        Assert.Equal("9", rpc.Details[0].Unpack<ErrorInfo>().Metadata["signal"]);
    }

    [Fact]
    public void StderrTail_IsShownOnlyWhenGiven()
    {
        Assert.Equal("process exited 1: no such item", ExitCodeMapping.ToStatus(ProcessExit.WithCode(1), "no such item").Message);
        Assert.Equal("process exited 1", ExitCodeMapping.ToStatus(ProcessExit.WithCode(1), "").Message);
        Assert.Same(CallStatus.Ok, ExitCodeMapping.ToStatus(ProcessExit.WithCode(0), "warning"));
    }

    [Fact]
    public void GatewayExitCode_Is64PlusTheStatus()
    {
        foreach (var code in Enum.GetValues<StatusCode>())
        {
            Assert.Equal(code == StatusCode.Ok ? 0 : 64 + (int)code, GatewayExitCode.From(code));
        }

        Assert.Equal(66, GatewayExitCode.From((StatusCode)99));
    }
}
