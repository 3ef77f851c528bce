using System.Text;
using Transcoders.Calls;
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
}
