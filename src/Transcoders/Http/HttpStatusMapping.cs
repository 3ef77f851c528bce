using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>How a call's status reads as an HTTP status. Source: google/rpc/code.proto; PROTOCOLS §10.2.</summary>
public static class HttpStatusMapping
{
    public const int ClientClosedRequest = 499;

    /// <summary>The table, row by row.</summary>
    public static int ToHttp(StatusCode code) => code switch
    {
        StatusCode.Ok => 200,
        StatusCode.Cancelled => ClientClosedRequest,
        StatusCode.Unknown => 500,
        StatusCode.InvalidArgument => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.ResourceExhausted => 429,
        StatusCode.FailedPrecondition => 400,
        StatusCode.Aborted => 409,
        StatusCode.OutOfRange => 400,
        StatusCode.Unimplemented => 501,
        StatusCode.Internal => 500,
        StatusCode.Unavailable => 503,
        StatusCode.DataLoss => 500,
        StatusCode.Unauthenticated => 401,
        _ => 500,
    };

    /// <summary>The status line for this end: what the status asks for, else the table.</summary>
    public static int ToHttp(CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.HttpStatus != 0 ? status.HttpStatus : ToHttp(status.Code);
    }

    /// <summary>The status line in a shape of errors; that of grpc-gateway v1 has a table of its own. Source: grpc-gateway v1.16, `HTTPStatusFromCode`.</summary>
    public static int ToHttp(CallStatus status, StatusFormat format)
    {
        ArgumentNullException.ThrowIfNull(status);
        return (format, status) switch
        {
            (StatusFormat.GrpcGatewayV1 or StatusFormat.GrpcGatewayV1Line, { HttpStatus: 0, Code: StatusCode.FailedPrecondition }) => 412,
            (StatusFormat.GrpcGatewayV1 or StatusFormat.GrpcGatewayV1Line, { HttpStatus: 0, Code: StatusCode.Cancelled }) => 408,
            _ => ToHttp(status),
        };
    }

    /// <summary>
    /// What a REST server's status means as a call's status. Source: gax's HttpJsonStatusCode, with PROTOCOLS §3.4's overrides.
    /// </summary>
    public static StatusCode FromHttp(int httpStatus) => httpStatus switch
    {
        >= 200 and < 300 => StatusCode.Ok,
        304 => StatusCode.Ok,
        400 => StatusCode.InvalidArgument,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.NotFound,
        405 => StatusCode.Unimplemented,
        406 => StatusCode.Unimplemented,
        408 => StatusCode.DeadlineExceeded,
        409 => StatusCode.Aborted,
        410 => StatusCode.NotFound,
        412 => StatusCode.FailedPrecondition,
        413 => StatusCode.ResourceExhausted,
        415 => StatusCode.Unimplemented,
        416 => StatusCode.OutOfRange,
        422 => StatusCode.InvalidArgument,
        425 => StatusCode.Unavailable,
        429 => StatusCode.ResourceExhausted,
        431 => StatusCode.FailedPrecondition,
        ClientClosedRequest => StatusCode.Cancelled,
        >= 400 and < 500 => StatusCode.FailedPrecondition,
        501 => StatusCode.Unimplemented,
        502 => StatusCode.Unavailable,
        503 => StatusCode.Unavailable,
        504 => StatusCode.DeadlineExceeded,
        >= 500 and < 600 => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };
}
