using Transcoders.Calls;
using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcStatusReaderTests
{
    [Fact]
    public void Failure_HasCodeMessageDetailsAndTrailers()
    {
        // code 5, message "m"
        var status = Read(("grpc-status", "5"), ("grpc-message", "no%20book"), ("grpc-status-details-bin", "CAUSAW0"), ("x-cost", "3"));

        Assert.Equal(StatusCode.NotFound, status.Code);
        Assert.Equal("no book", status.Message);
        Assert.Equal([0x08, 0x05, 0x12, 0x01, 0x6d], status.Details.ToArray());
        Assert.Equal("3", status.Trailers!.Find("X-Cost"));
        Assert.Equal(StatusOrigin.Backend, status.Origin);
        Assert.Null(status.RetryAfter);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1500", 1500)]
    [InlineData("-1", -1)]
    [InlineData("-7", -1)]
    [InlineData("soon", -1)]
    [InlineData("", -1)]
    public void Pushback_ThatIsNoTime_IsNever(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(("grpc-status", "14"), ("grpc-retry-pushback-ms", text)).RetryAfter);

    [Fact]
    public void PlainSuccess_IsTheSharedStatus() => Assert.Same(CallStatus.Ok, Read(("grpc-status", "0")));

    [Fact]
    public void SuccessWithTrailers_KeepsThem()
    {
        var status = Read(("grpc-status", "0"), ("a", "1"), ("a", "2"));

        Assert.True(status.IsOk);
        Assert.Equal(2, status.Trailers!.Count);
    }

    [Fact]
    public void NoStatus_IsKnown()
    {
        var reader = default(GrpcStatusReader);
        reader.Add("x-a", "1");
        Assert.False(reader.HasStatus);
        reader.Add("Grpc-Status", "0");
        Assert.True(reader.HasStatus);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("17")]
    [InlineData("99999999999999")]
    [InlineData("OK")]
    [InlineData(" 0")]
    public void StatusThatIsNoCode_IsUnknown(string text) => Assert.Equal(StatusCode.Unknown, Read(("grpc-status", text)).Code);

    [Theory]
    [InlineData("CAY")] // code 6
    [InlineData("EgFt")] // only a message: code 0
    [InlineData("")]
    [InlineData("CA")] // cut off
    [InlineData("CP//////////////AQ")] // ten continued bytes
    [InlineData("////")]
    [InlineData("no base64!")]
    public void DetailsOfAnotherCode_AreDropped(string details) =>
        Assert.True(Read(("grpc-status", "5"), ("grpc-status-details-bin", details)).Details.IsEmpty);

    [Theory]
    [InlineData("1500", 1500)]
    [InlineData("0", 0)]
    public void Pushback_IsWhenToTryAgain(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(("grpc-status", "14"), ("grpc-retry-pushback-ms", text)).RetryAfter);

    [Fact]
    public void ReservedNames_AreNoTrailers()
    {
        var status = Read(("grpc-status", "5"), ("grpc-encoding", "gzip"), ("content-length", "1"), (":status", "200"), ("Date", "x"));

        Assert.Null(status.Trailers);
    }

    private static CallStatus Read(params (string Name, string Value)[] fields)
    {
        var reader = default(GrpcStatusReader);
        foreach (var (name, value) in fields)
        {
            reader.Add(name, value);
        }

        return reader.ToStatus();
    }
}
