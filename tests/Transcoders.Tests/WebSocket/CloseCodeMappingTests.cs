using System.Text;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class CloseCodeMappingTests
{
    [Theory]
    [InlineData(StatusCode.Ok, 1000)]
    [InlineData(StatusCode.Cancelled, 4499)]
    [InlineData(StatusCode.Unknown, 4500)]
    [InlineData(StatusCode.InvalidArgument, 4400)]
    [InlineData(StatusCode.DeadlineExceeded, 4504)]
    [InlineData(StatusCode.NotFound, 4404)]
    [InlineData(StatusCode.AlreadyExists, 4409)]
    [InlineData(StatusCode.PermissionDenied, 4403)]
    [InlineData(StatusCode.ResourceExhausted, 4429)]
    [InlineData(StatusCode.FailedPrecondition, 4400)]
    [InlineData(StatusCode.Aborted, 4409)]
    [InlineData(StatusCode.OutOfRange, 4400)]
    [InlineData(StatusCode.Unimplemented, 4501)]
    [InlineData(StatusCode.Internal, 4500)]
    [InlineData(StatusCode.Unavailable, 4503)]
    [InlineData(StatusCode.DataLoss, 4500)]
    [InlineData(StatusCode.Unauthenticated, 4401)]
    [InlineData((StatusCode)99, 4500)]
    public void ToCloseCode(StatusCode code, int closeCode) => Assert.Equal(closeCode, CloseCodeMapping.ToCloseCode(code));

    [Theory]
    [InlineData("no book 7", "NOT_FOUND: no book 7")]
    [InlineData("", "NOT_FOUND")]
    [InlineData("a\r\n\0\u007f\u0085b", "NOT_FOUND: ab")]
    public void Reason_IsNameAndMessage(string message, string reason) =>
        Assert.Equal(reason, CloseCodeMapping.Reason(new CallStatus(StatusCode.NotFound, message)));

    [Fact]
    public void Reason_OfALoneSurrogate_IsText() =>
        Assert.Equal("NOT_FOUND: \ufffd", CloseCodeMapping.Reason(new CallStatus(StatusCode.NotFound, "\ud800")));

    [Fact]
    public void Reason_OfSuccess_IsEmpty() => Assert.Equal("", CloseCodeMapping.Reason(new CallStatus(StatusCode.Ok, "fine")));

    [Theory]
    [InlineData("a", 123)]
    [InlineData("ö", 123)]
    [InlineData("€", 122)]
    [InlineData("😀", 123)]
    public void Reason_EndsOnACharacter(string character, int bytes)
    {
        // `NOT_FOUND: ` takes 11 of 123.
        var reason = CloseCodeMapping.Reason(new CallStatus(StatusCode.NotFound, string.Concat(Enumerable.Repeat(character, 500))));

        Assert.Equal(bytes, Encoding.UTF8.GetByteCount(reason));
        Assert.EndsWith(character, reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(reason)));
    }

    [Theory]
    [InlineData(112, true)]
    [InlineData(113, false)]
    public void Reason_OfExactlyTheBound_IsWhole(int length, bool whole)
    {
        var reason = CloseCodeMapping.Reason(new CallStatus(StatusCode.NotFound, new string('x', length)));

        Assert.Equal(CloseCodeMapping.MaxReasonBytes, reason.Length);
        Assert.Equal(whole, reason.Length == 11 + length);
    }

    [Theory]
    [InlineData(1000, StatusCode.Ok)]
    [InlineData(1001, StatusCode.Unavailable)]
    [InlineData(1002, StatusCode.Internal)]
    [InlineData(1003, StatusCode.InvalidArgument)]
    [InlineData(1004, StatusCode.Unknown)]
    [InlineData(1005, StatusCode.Unavailable)]
    [InlineData(1006, StatusCode.Unavailable)]
    [InlineData(1007, StatusCode.InvalidArgument)]
    [InlineData(1008, StatusCode.PermissionDenied)]
    [InlineData(1009, StatusCode.ResourceExhausted)]
    [InlineData(1010, StatusCode.Unknown)]
    [InlineData(1011, StatusCode.Internal)]
    [InlineData(1012, StatusCode.Unavailable)]
    [InlineData(1013, StatusCode.Unavailable)]
    [InlineData(1014, StatusCode.Unavailable)]
    [InlineData(1015, StatusCode.Unknown)]
    [InlineData(3000, StatusCode.Unauthenticated)]
    [InlineData(3001, StatusCode.Unknown)]
    [InlineData(3003, StatusCode.PermissionDenied)]
    [InlineData(3008, StatusCode.DeadlineExceeded)]
    [InlineData(4000, StatusCode.Unknown)]
    [InlineData(4399, StatusCode.Unknown)]
    [InlineData(4600, StatusCode.Unknown)]
    [InlineData(0, StatusCode.Unknown)]
    [InlineData(-1, StatusCode.Unknown)]
    public void FromCloseCode(int closeCode, StatusCode code) => Assert.Equal(code, CloseCodeMapping.FromCloseCode(closeCode, default));

    [Fact]
    public void FromCloseCode_Above4400_SaysWhatItsHttpStatusSays()
    {
        for (var http = 400; http < 600; http++)
        {
            Assert.Equal((http, HttpStatusMapping.FromHttp(http)), (http, CloseCodeMapping.FromCloseCode(4000 + http, default)));
        }
    }

    [Theory]
    [InlineData(1001, false, true, true, StatusCode.Ok)]
    [InlineData(1001, false, true, false, StatusCode.Unavailable)]
    [InlineData(1001, true, true, false, StatusCode.Unavailable)]
    [InlineData(1005, true, true, false, StatusCode.Ok)]
    [InlineData(1005, true, false, false, StatusCode.Unavailable)]
    [InlineData(1005, false, true, true, StatusCode.Unavailable)]
    [InlineData(1006, true, true, true, StatusCode.Unavailable)]
    public void FromCloseCode_LooksAtWhatCameBefore(int closeCode, bool streams, bool hasMessage, bool isComplete, StatusCode code) =>
        Assert.Equal(code, CloseCodeMapping.FromCloseCode(closeCode, new CloseContext(streams, hasMessage, isComplete)));

    [Fact]
    public void ToStatus_OfWhatWeSend_IsWhatItWas()
    {
        for (var number = 1; number < StatusCodeNames.Count; number++)
        {
            var sent = new CallStatus((StatusCode)number, "no book 7");

            var received = CloseCodeMapping.ToStatus(CloseCodeMapping.ToCloseCode(sent.Code), CloseCodeMapping.Reason(sent), default);

            Assert.Equal((sent.Code, sent.Message, StatusOrigin.Backend), (received.Code, received.Message, received.Origin));
        }
    }

    [Theory]
    [InlineData(4400, "FAILED_PRECONDITION", StatusCode.FailedPrecondition, "")]
    [InlineData(4404, "FAILED_PRECONDITION: x", StatusCode.NotFound, "FAILED_PRECONDITION: x")]
    [InlineData(4404, "NOT_FOUNDED", StatusCode.NotFound, "NOT_FOUNDED")]
    [InlineData(4404, "", StatusCode.NotFound, "The backend closed the WebSocket with code 4404.")]
    [InlineData(1005, "", StatusCode.Unavailable, "The backend closed the WebSocket without a code.")]
    public void ToStatus_ReadsTheReason(int closeCode, string reason, StatusCode code, string message)
    {
        var status = CloseCodeMapping.ToStatus(closeCode, reason, default);

        Assert.Equal((code, message), (status.Code, status.Message));
    }

    [Fact]
    public void ToStatus_WithoutCloseFrame_IsTheTransports()
    {
        var status = CloseCodeMapping.ToStatus(CloseCodeMapping.NoCloseFrame, "", default);

        Assert.Equal((StatusCode.Unavailable, StatusOrigin.Transport), (status.Code, status.Origin));
    }

    [Fact]
    public void ToStatus_OfANormalClose_IsOk() => Assert.Same(CallStatus.Ok, CloseCodeMapping.ToStatus(CloseCodeMapping.Normal, "bye", default));
}
