using Transcoders.Calls;

namespace Transcoders.Stdio.JsonRpc;

/// <summary>
/// How a call's status reads as a JSON-RPC error and back. Application codes are the status's own number, which is outside the range
/// JSON-RPC keeps for itself (−32768…−32000). Source: JSON-RPC 2.0 §5.1; PROTOCOLS §10.2.
/// </summary>
public static class JsonRpcStatusMapping
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>The code of an error object. OK has none: it is a result.</summary>
    public static int ToCode(StatusCode code) => code switch
    {
        StatusCode.Ok => 0,
        StatusCode.Cancelled => 1,
        StatusCode.Unknown => 2,
        StatusCode.InvalidArgument => InvalidParams,
        StatusCode.DeadlineExceeded => 4,
        StatusCode.NotFound => 5,
        StatusCode.AlreadyExists => 6,
        StatusCode.PermissionDenied => 7,
        StatusCode.ResourceExhausted => 8,
        StatusCode.FailedPrecondition => 9,
        StatusCode.Aborted => 10,
        StatusCode.OutOfRange => 11,
        StatusCode.Unimplemented => MethodNotFound,
        StatusCode.Internal => InternalError,
        StatusCode.Unavailable => 14,
        StatusCode.DataLoss => 15,
        StatusCode.Unauthenticated => 16,
        _ => 2,
    };

    /// <summary>What the code of an error object means.</summary>
    public static StatusCode FromCode(int code) => code switch
    {
        InvalidParams => StatusCode.InvalidArgument,
        MethodNotFound => StatusCode.Unimplemented,
        InternalError => StatusCode.Internal,
        ParseError => StatusCode.Internal,
        > 0 and < StatusCodeNames.Count => (StatusCode)code,
        _ => StatusCode.Unknown,
    };

    /// <summary>The status of an error a backend answered with. Data that is a google.rpc.Status of a failure wins over code and message.</summary>
    /// <param name="error">A message of kind Error.</param>
    /// <param name="statuses">Reads the data.</param>
    public static CallStatus ToStatus(in JsonRpcMessage error, StatusReader statuses)
    {
        ArgumentNullException.ThrowIfNull(statuses);
        var told = error.ErrorData.IsEmpty ? null : statuses.Read(error.ErrorData.Span);
        return told is { IsOk: false }
            ? new CallStatus(told.Code, told.Message) { Details = told.Details, Origin = StatusOrigin.Backend }
            : new CallStatus(FromCode(error.ErrorCode), error.ErrorMessage) { Origin = StatusOrigin.Backend };
    }
}
