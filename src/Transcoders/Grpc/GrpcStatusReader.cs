using System.Globalization;
using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>Reads a call's status out of trailers, one name and value at a time.</summary>
/// <remarks>A details message whose code differs from grpc-status is dropped: the header is the authority.</remarks>
public struct GrpcStatusReader
{
    private int _code;
    private string? _message;
    private byte[]? _details;
    private CallMetadata? _trailers;
    private TimeSpan? _retryAfter;

    /// <summary>True once grpc-status has been seen.</summary>
    public bool HasStatus { readonly get; private set; }

    /// <summary>Takes one header or trailer; names that are not gRPC's own and not reserved become trailing metadata.</summary>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
        {
            if (!ReservedMetadata.Contains(name))
            {
                (_trailers ??= new CallMetadata(4)).Add(name, value);
            }

            return;
        }

        if (name.Equals(GrpcHeaders.Status, StringComparison.OrdinalIgnoreCase))
        {
            HasStatus = true;
            _code = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : (int)StatusCode.Unknown;
        }
        else if (name.Equals(GrpcHeaders.Message, StringComparison.OrdinalIgnoreCase))
        {
            _message = GrpcMessageEncoding.Decode(value);
        }
        else if (name.Equals(GrpcHeaders.Details, StringComparison.OrdinalIgnoreCase))
        {
            _details = GrpcBinaryHeader.Decode(value);
        }
        else if (name.Equals(GrpcHeaders.RetryPushback, StringComparison.OrdinalIgnoreCase))
        {
            _retryAfter = Pushback(value);
        }
    }

    /// <summary>The status that was read; OK with nothing else to say is the shared instance.</summary>
    public readonly CallStatus ToStatus()
    {
        var code = StatusCodeNames.FromNumber(_code);
        if (code == StatusCode.Ok && _trailers is null)
        {
            return CallStatus.Ok;
        }

        return new CallStatus(code, _message ?? "")
        {
            Details = _details is { } bytes && DetailsCode(bytes) == _code ? bytes : default,
            Trailers = _trailers,
            RetryAfter = _retryAfter,
            Origin = StatusOrigin.Backend,
        };
    }

    /// <summary>When a server lets a call come back; −1 ms, that is never, for what is negative or no number. Source: gRFC A6, "Pushback".</summary>
    public static TimeSpan Pushback(string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromMilliseconds(-1);

    /// <summary>Field 1 of a serialised google.rpc.Status; protobuf's default when it is absent, −1 when the bytes are no message.</summary>
    private static long DetailsCode(ReadOnlySpan<byte> status)
    {
        if (status.IsEmpty || status[0] != 0x08)
        {
            return status.IsEmpty || status[0] is 0x12 or 0x1a ? 0 : -1;
        }

        long value = 0;
        for (int i = 1, shift = 0; i < status.Length && shift < 64; i++, shift += 7)
        {
            value |= (long)(status[i] & 0x7f) << shift;
            if (status[i] < 0x80)
            {
                return value;
            }
        }

        return -1;
    }
}
