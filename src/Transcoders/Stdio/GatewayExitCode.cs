using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>The gateway's own exit code after a call on its stdin and stdout: 0, or 64 + the status, as grpcurl has it.</summary>
public static class GatewayExitCode
{
    public static int From(StatusCode code) => code switch
    {
        StatusCode.Ok => 0,
        StatusCode.Cancelled => 65,
        StatusCode.Unknown => 66,
        StatusCode.InvalidArgument => 67,
        StatusCode.DeadlineExceeded => 68,
        StatusCode.NotFound => 69,
        StatusCode.AlreadyExists => 70,
        StatusCode.PermissionDenied => 71,
        StatusCode.ResourceExhausted => 72,
        StatusCode.FailedPrecondition => 73,
        StatusCode.Aborted => 74,
        StatusCode.OutOfRange => 75,
        StatusCode.Unimplemented => 76,
        StatusCode.Internal => 77,
        StatusCode.Unavailable => 78,
        StatusCode.DataLoss => 79,
        StatusCode.Unauthenticated => 80,
        _ => 66,
    };
}
