using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What the end of a process says about its call. The codes are those of sysexits.h, timeout(1) and the shells.</summary>
public static class ExitCodeMapping
{
    private const int SIGKILL = 9;

    /// <summary>The status of an exit code.</summary>
    public static StatusCode FromCode(int code) => code switch
    {
        0 => StatusCode.Ok,
        64 => StatusCode.InvalidArgument,     // EX_USAGE
        65 => StatusCode.InvalidArgument,     // EX_DATAERR
        66 => StatusCode.NotFound,            // EX_NOINPUT
        67 => StatusCode.NotFound,            // EX_NOUSER
        68 => StatusCode.Unavailable,         // EX_NOHOST
        69 => StatusCode.Unavailable,         // EX_UNAVAILABLE
        70 => StatusCode.Internal,            // EX_SOFTWARE
        71 => StatusCode.Internal,            // EX_OSERR
        72 => StatusCode.Internal,            // EX_OSFILE
        73 => StatusCode.FailedPrecondition,  // EX_CANTCREAT
        74 => StatusCode.Internal,            // EX_IOERR
        75 => StatusCode.Unavailable,         // EX_TEMPFAIL
        76 => StatusCode.Internal,            // EX_PROTOCOL
        77 => StatusCode.PermissionDenied,    // EX_NOPERM
        78 => StatusCode.Internal,            // EX_CONFIG
        124 => StatusCode.DeadlineExceeded,   // timeout(1) ran out
        126 => StatusCode.Unavailable,        // a shell: found, cannot be run
        127 => StatusCode.Unavailable,        // a shell: not found
        _ => StatusCode.Unknown,
    };

    /// <summary>The status of a signal that was not ours. SIGKILL from elsewhere is the kernel short of memory.</summary>
    public static StatusCode FromSignal(int signal) => signal switch
    {
        SIGKILL => StatusCode.ResourceExhausted,
        _ => StatusCode.Internal,
    };

    /// <summary>The status of a process that ended by itself: code, text such as `process exited 65`, and the numbers as an ErrorInfo.</summary>
    public static CallStatus ToStatus(ProcessExit exit) => ToStatus(exit, stderrTail: null);

    /// <summary>As above; a tail of stderr that is not null is shown to the client.</summary>
    public static CallStatus ToStatus(ProcessExit exit, string? stderrTail) => ToStatus(exit, ExitCodeTable.Sysexits, stderrTail);

    /// <summary>As above, by a convention of the program's own.</summary>
    public static CallStatus ToStatus(ProcessExit exit, ExitCodeTable codes, string? stderrTail)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (exit.IsSuccess)
        {
            return CallStatus.Ok;
        }

        var code = exit switch
        {
            { Code: { } number } => codes[number],
            { Signal: { } signal } => FromSignal(signal),
            _ => StatusCode.Unknown,
        };
        var message = string.IsNullOrEmpty(stderrTail) ? $"process {exit}" : $"process {exit}: {stderrTail}";
        return new CallStatus(code, message) { Details = Details(code, message, exit), Origin = StatusOrigin.Backend };
    }

    private static byte[] Details(StatusCode code, string message, ProcessExit exit)
    {
        var info = new ErrorInfo { Reason = "PROCESS_ENDED", Domain = "gateway" };
        if (exit.Code is { } number)
        {
            info.Metadata["exitCode"] = number.ToString(CultureInfo.InvariantCulture);
        }

        if (exit.Signal is { } signal)
        {
            info.Metadata["signal"] = signal.ToString(CultureInfo.InvariantCulture);
        }

        return new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } }.ToByteArray();
    }
}
