using System.Globalization;
using System.Text;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>How a call's status reads as a close frame, and what a server's close frame says about a call. Source: RFC 6455 §7.4; PROTOCOLS §10.2.</summary>
public static class CloseCodeMapping
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;
    public const int UnsupportedData = 1003;

    /// <summary>Never on the wire: a close frame without a code.</summary>
    public const int NoCode = 1005;

    /// <summary>Never on the wire: the connection ended without a close frame.</summary>
    public const int NoCloseFrame = 1006;

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

    /// <summary>
    /// What a server's close code means for the call it ends. 1001 and 1005 depend on what came before. The rows of 4400–4599
    /// say what the HTTP status in their last three digits says.
    /// </summary>
    /// <param name="closeCode">The code received; <see cref="NoCode"/> and <see cref="NoCloseFrame"/> when there was none.</param>
    /// <param name="context">How far the answer had come.</param>
    public static StatusCode FromCloseCode(int closeCode, CloseContext context) => closeCode switch
    {
        Normal => StatusCode.Ok,
        GoingAway => context.IsComplete ? StatusCode.Ok : StatusCode.Unavailable,
        ProtocolError => StatusCode.Internal,
        UnsupportedData => StatusCode.InvalidArgument,
        NoCode => context is { StreamsResponses: true, HasMessage: true } ? StatusCode.Ok : StatusCode.Unavailable,
        NoCloseFrame => StatusCode.Unavailable,
        1007 => StatusCode.InvalidArgument,     // not UTF-8
        1008 => StatusCode.PermissionDenied,    // policy
        MessageTooBig => StatusCode.ResourceExhausted,
        1011 => StatusCode.Internal,            // the server met what it did not expect
        1012 => StatusCode.Unavailable,         // restarts
        1013 => StatusCode.Unavailable,         // try again later
        1014 => StatusCode.Unavailable,         // a gateway behind us lost its server
        3000 => StatusCode.Unauthenticated,
        3003 => StatusCode.PermissionDenied,
        3008 => StatusCode.DeadlineExceeded,
        4400 => StatusCode.InvalidArgument,
        4401 => StatusCode.Unauthenticated,
        4403 => StatusCode.PermissionDenied,
        4404 => StatusCode.NotFound,
        4405 => StatusCode.Unimplemented,
        4406 => StatusCode.Unimplemented,
        4408 => StatusCode.DeadlineExceeded,
        4409 => StatusCode.Aborted,
        4410 => StatusCode.NotFound,
        4412 => StatusCode.FailedPrecondition,
        4413 => StatusCode.ResourceExhausted,
        4415 => StatusCode.Unimplemented,
        4416 => StatusCode.OutOfRange,
        4422 => StatusCode.InvalidArgument,
        4425 => StatusCode.Unavailable,
        4429 => StatusCode.ResourceExhausted,
        4431 => StatusCode.FailedPrecondition,
        4499 => StatusCode.Cancelled,
        >= 4400 and < 4500 => StatusCode.FailedPrecondition,
        4501 => StatusCode.Unimplemented,
        4502 => StatusCode.Unavailable,
        4503 => StatusCode.Unavailable,
        4504 => StatusCode.DeadlineExceeded,
        >= 4500 and < 4600 => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };

    /// <summary>
    /// The status of a call that a server's close frame ended. A reason in our own form (`NOT_FOUND: no book 7`) names its status
    /// exactly where its code stands for several; any other reason is the message as it is.
    /// </summary>
    /// <param name="closeCode">As for <see cref="FromCloseCode"/>.</param>
    /// <param name="reason">The reason received; empty when there was none.</param>
    /// <param name="context">How far the answer had come.</param>
    public static CallStatus ToStatus(int closeCode, string reason, CloseContext context)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var code = FromCloseCode(closeCode, context);
        if (code == StatusCode.Ok)
        {
            return CallStatus.Ok;
        }

        var origin = closeCode == NoCloseFrame ? StatusOrigin.Transport : StatusOrigin.Backend;
        if (Named(closeCode, reason) is { } named)
        {
            var rest = reason.AsSpan(StatusCodeNames.Name(named).Length);
            return new CallStatus(named, rest.IsEmpty ? "" : rest[2..].ToString()) { Origin = origin };
        }

        var message = closeCode switch
        {
            NoCode => "The backend closed the WebSocket without a code.",
            NoCloseFrame => "The backend's WebSocket broke off.",
            _ when reason.Length == 0 => string.Create(CultureInfo.InvariantCulture, $"The backend closed the WebSocket with code {closeCode}."),
            _ => reason,
        };
        return new CallStatus(code, message) { Origin = origin };
    }

    /// <summary>The status whose name the reason begins with, if its close code is this one.</summary>
    private static StatusCode? Named(int closeCode, string reason)
    {
        for (var number = 1; number < StatusCodeNames.Count; number++)
        {
            var code = (StatusCode)number;
            var name = StatusCodeNames.Name(code);
            if (ToCloseCode(code) == closeCode && reason.StartsWith(name, StringComparison.Ordinal)
                && (reason.Length == name.Length || reason.AsSpan(name.Length).StartsWith(": ", StringComparison.Ordinal)))
            {
                return code;
            }
        }

        return null;
    }

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

/// <summary>How far an answer had come when its WebSocket was closed.</summary>
/// <param name="StreamsResponses">The call may have any number of answers.</param>
/// <param name="HasMessage">At least one message of it had arrived.</param>
/// <param name="IsComplete">Nothing was missing: all that the call answers with had arrived.</param>
public readonly record struct CloseContext(bool StreamsResponses, bool HasMessage, bool IsComplete);
