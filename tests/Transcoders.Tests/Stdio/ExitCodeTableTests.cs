using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class ExitCodeTableTests
{
    [Fact]
    public void Names_AreThoseThatCanBeFound()
    {
        Assert.All(ExitCodeTable.Names, static name => Assert.True(ExitCodeTable.TryFind(name, out _)));
        Assert.False(ExitCodeTable.TryFind("other", out _));
    }

    [Fact]
    public void Grpcurl_Is64PlusTheStatus_AndBufEightTimesIt()
    {
        foreach (var status in Enum.GetValues<StatusCode>().Where(static s => s != StatusCode.Ok))
        {
            Assert.Equal(status, ExitCodeTable.Grpcurl[64 + (int)status]);
            Assert.Equal(status, ExitCodeTable.Buf[(int)status << 3]);
        }
    }

    [Theory]
    [InlineData("grpcurl", 1, StatusCode.Unknown)]
    [InlineData("grpcurl", 64, StatusCode.Unknown)]
    [InlineData("grpcurl", 81, StatusCode.Unknown)]
    [InlineData("grpcurl", 127, StatusCode.Unavailable)]
    [InlineData("buf", 1, StatusCode.InvalidArgument)]
    [InlineData("buf", 9, StatusCode.Unknown)]
    [InlineData("buf", 136, StatusCode.Unknown)]
    [InlineData("buf", 126, StatusCode.Unavailable)]
    [InlineData("buf", 124, StatusCode.DeadlineExceeded)]
    [InlineData("sysexits", 65, StatusCode.InvalidArgument)]
    [InlineData("sysexits", 256, StatusCode.Unknown)]
    [InlineData("sysexits", -1, StatusCode.Unknown)]
    public void OtherCodes(string name, int code, StatusCode status)
    {
        Assert.True(ExitCodeTable.TryFind(name, out var table));
        Assert.Equal(status, table[code]);
    }

    [Fact]
    public void TableOfOnesOwn_LiesOverSysexits()
    {
        var table = ExitCodeTable.Of(new Dictionary<int, StatusCode> { [3] = StatusCode.NotFound, [65] = StatusCode.Aborted });
        Assert.Equal(StatusCode.NotFound, table[3]);
        Assert.Equal(StatusCode.Aborted, table[65]);
        Assert.Equal(StatusCode.PermissionDenied, table[77]);
        Assert.Equal(StatusCode.NotFound, ExitCodeMapping.ToStatus(ProcessExit.WithCode(3), table, null).Code);
        Assert.True(ExitCodeMapping.ToStatus(ProcessExit.WithCode(0), table, null).IsOk);
    }
}
