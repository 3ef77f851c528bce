using System.Text;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>How a call's status reads as a close frame. Source: RFC 6455 §7.4; PROTOCOLS §10.2.</summary>
public static class CloseCodeMapping
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int UnsupportedData = 1003;
    public const int MessageTooBig = 1009;

    /// <summary>A close frame's payload is at most 125 bytes, two of which are the code.</summary>
    public const int MaxReasonBytes = 123;

    /// <summary>The table, row by row: 4000 + the HTTP status.</summary>
    public static int ToCloseCode(StatusCode code) => code switch
    {
        StatusCode.Ok => Normal,
        StatusCode.Cancelled => 4499,
        StatusCode.Unknown => 4500,
        StatusCode.InvalidArgument => 4400,
        StatusCode.DeadlineExceeded => 4504,
        StatusCode.NotFound => 4404,
        StatusCode.AlreadyExists => 4409,
        StatusCode.PermissionDenied => 4403,
        StatusCode.ResourceExhausted => 4429,
        StatusCode.FailedPrecondition => 4400,
        StatusCode.Aborted => 4409,
        StatusCode.OutOfRange => 4400,
        StatusCode.Unimplemented => 4501,
        StatusCode.Internal => 4500,
        StatusCode.Unavailable => 4503,
        StatusCode.DataLoss => 4500,
        StatusCode.Unauthenticated => 4401,
        _ => 4500,
    };

    /// <summary>`NOT_FOUND: no book 7`, control characters left out, cut to 123 bytes on a character boundary; empty for OK.</summary>
    public static string Reason(CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.IsOk)
        {
            return "";
        }

        var reason = new StringBuilder(MaxReasonBytes);
        var bytes = 0;
        foreach (var rune in status.ToString().EnumerateRunes())
        {
            if (Rune.IsControl(rune))
            {
                continue;
            }

            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxReasonBytes)
            {
                break;
            }

            reason.Append(rune.ToString());
        }

        return reason.ToString();
    }
}
