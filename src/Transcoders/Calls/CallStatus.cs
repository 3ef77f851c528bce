namespace Transcoders.Calls;

/// <summary>How a call ended: the only error that crosses the hub.</summary>
public sealed class CallStatus
{
    /// <summary>Success with no trailers; shared by every call that ends so.</summary>
    public static readonly CallStatus Ok = new(StatusCode.Ok, "");

    public CallStatus(StatusCode code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Code = code;
        Message = message;
    }

    public StatusCode Code { get; }

    /// <summary>Text for the client's developer; never null. It may hold any character: each wire escapes for itself.</summary>
    public string Message { get; }

    /// <summary>A serialised google.rpc.Status whose details belong to this status; empty when there are none.</summary>
    public ReadOnlyMemory<byte> Details { get; init; }

    /// <summary>Trailing metadata; null when there is none.</summary>
    public CallMetadata? Trailers { get; init; }

    /// <summary>
    /// The HTTP status an HTTP edge should answer with when it differs from the table's, such as 405 or 413;
    /// zero when the table decides. Source: PROTOCOLS §10.3.
    /// </summary>
    public int HttpStatus { get; init; }

    /// <summary>Who brought the call to this end. Health counts <see cref="StatusOrigin.Transport"/> against a destination; retries look at it too.</summary>
    public StatusOrigin Origin { get; init; }

    /// <summary>True when the call certainly never reached a server: whatever it does, it may be tried elsewhere.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>When the client may try again; null when nobody said, negative when it should not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsOk => Code == StatusCode.Ok;

    public override string ToString() => Message.Length == 0 ? StatusCodeNames.Name(Code) : $"{StatusCodeNames.Name(Code)}: {Message}";
}
