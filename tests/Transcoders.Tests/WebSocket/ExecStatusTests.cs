using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class ExecStatusTests
{
    [Fact]
    public void Success_SaysSo() => Assert.Equal("""{"metadata":{},"status":"Success"}""", Write(CallStatus.Ok));

    [Fact]
    public void ExitCode_IsACause()
    {
        var trailers = new CallMetadata();
        trailers.Add(ProcessStreams.ExitCode, "42");
        Assert.Equal(
            """{"metadata":{},"status":"Failure","message":"exit \"42\"","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}""",
            Write(new CallStatus(StatusCode.Unknown, "exit \"42\"") { Trailers = trailers }));
    }

    [Fact]
    public void EndWithoutExitCode_IsAnInternalError() =>
        Assert.Equal("""{"metadata":{},"status":"Failure","message":"killed","reason":"InternalError","code":500}""", Write(new CallStatus(StatusCode.Internal, "killed")));

    private static string Write(CallStatus status)
    {
        using var output = new PayloadBuffer(1024);
        ExecStatus.Write(output, status);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
