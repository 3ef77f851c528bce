using Transcoders.Calls;
using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class HttpStatusMappingTests
{
    [Theory]
    [InlineData(StatusCode.Ok, 200)]
    [InlineData(StatusCode.Cancelled, 499)]
    [InlineData(StatusCode.Unknown, 500)]
    [InlineData(StatusCode.InvalidArgument, 400)]
    [InlineData(StatusCode.DeadlineExceeded, 504)]
    [InlineData(StatusCode.NotFound, 404)]
    [InlineData(StatusCode.AlreadyExists, 409)]
    [InlineData(StatusCode.PermissionDenied, 403)]
    [InlineData(StatusCode.ResourceExhausted, 429)]
    [InlineData(StatusCode.FailedPrecondition, 400)]
    [InlineData(StatusCode.Aborted, 409)]
    [InlineData(StatusCode.OutOfRange, 400)]
    [InlineData(StatusCode.Unimplemented, 501)]
    [InlineData(StatusCode.Internal, 500)]
    [InlineData(StatusCode.Unavailable, 503)]
    [InlineData(StatusCode.DataLoss, 500)]
    [InlineData(StatusCode.Unauthenticated, 401)]
    [InlineData((StatusCode)17, 500)]
    public void ToHttp(StatusCode code, int status)
    {
        Assert.Equal(status, HttpStatusMapping.ToHttp(code));
        Assert.Equal(status, HttpStatusMapping.ToHttp(new CallStatus(code, "")));
    }

    [Fact]
    public void StatusThatAsksForItsOwnLine_GetsIt() =>
        Assert.Equal(413, HttpStatusMapping.ToHttp(new CallStatus(StatusCode.ResourceExhausted, "") { HttpStatus = 413 }));

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, StatusFormat.GrpcGatewayV1, 412)]
    [InlineData(StatusCode.FailedPrecondition, StatusFormat.GrpcGatewayV1Line, 412)]
    [InlineData(StatusCode.Cancelled, StatusFormat.GrpcGatewayV1, 408)]
    [InlineData(StatusCode.NotFound, StatusFormat.GrpcGatewayV1, 404)]
    [InlineData(StatusCode.FailedPrecondition, StatusFormat.Problem, 400)]
    public void ToHttp_InAShape(StatusCode code, StatusFormat format, int status)
    {
        Assert.Equal(status, HttpStatusMapping.ToHttp(new CallStatus(code, ""), format));
        Assert.Equal(405, HttpStatusMapping.ToHttp(new CallStatus(code, "") { HttpStatus = 405 }, format));
    }

    [Theory]
    [InlineData(200, StatusCode.Ok)]
    [InlineData(204, StatusCode.Ok)]
    [InlineData(299, StatusCode.Ok)]
    [InlineData(304, StatusCode.Ok)]
    [InlineData(400, StatusCode.InvalidArgument)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.NotFound)]
    [InlineData(405, StatusCode.Unimplemented)]
    [InlineData(406, StatusCode.Unimplemented)]
    [InlineData(408, StatusCode.DeadlineExceeded)]
    [InlineData(409, StatusCode.Aborted)]
    [InlineData(410, StatusCode.NotFound)]
    [InlineData(412, StatusCode.FailedPrecondition)]
    [InlineData(413, StatusCode.ResourceExhausted)]
    [InlineData(415, StatusCode.Unimplemented)]
    [InlineData(416, StatusCode.OutOfRange)]
    [InlineData(418, StatusCode.FailedPrecondition)]
    [InlineData(422, StatusCode.InvalidArgument)]
    [InlineData(425, StatusCode.Unavailable)]
    [InlineData(429, StatusCode.ResourceExhausted)]
    [InlineData(431, StatusCode.FailedPrecondition)]
    [InlineData(499, StatusCode.Cancelled)]
    [InlineData(500, StatusCode.Internal)]
    [InlineData(501, StatusCode.Unimplemented)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.DeadlineExceeded)]
    [InlineData(599, StatusCode.Internal)]
    [InlineData(100, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    [InlineData(600, StatusCode.Unknown)]
    [InlineData(0, StatusCode.Unknown)]
    public void FromHttp(int status, StatusCode code) => Assert.Equal(code, HttpStatusMapping.FromHttp(status));
}
