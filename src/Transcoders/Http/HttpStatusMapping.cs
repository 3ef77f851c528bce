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
}
