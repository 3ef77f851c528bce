using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>The two tables by which a gRPC client reads failures that carry no grpc-status.</summary>
public static class GrpcStatusMapping
{
    /// <summary>An HTTP status without grpc-status. Source: grpc/doc/http-grpc-status-mapping.md; never used the other way round.</summary>
    public static StatusCode FromHttp(int httpStatus) => httpStatus switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 => StatusCode.Unavailable,
        502 => StatusCode.Unavailable,
        503 => StatusCode.Unavailable,
        504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>An HTTP/2 error code of RST_STREAM or GOAWAY. Source: gRPC over HTTP/2, "Errors"; codes of RFC 9113 §7.</summary>
    public static StatusCode FromHttp2Error(long errorCode) => errorCode switch
    {
        0x0 => StatusCode.Internal,             // NO_ERROR
        0x1 => StatusCode.Internal,             // PROTOCOL_ERROR
        0x2 => StatusCode.Internal,             // INTERNAL_ERROR
        0x3 => StatusCode.Internal,             // FLOW_CONTROL_ERROR
        0x4 => StatusCode.Internal,             // SETTINGS_TIMEOUT
        0x5 => StatusCode.Internal,             // STREAM_CLOSED
        0x6 => StatusCode.Internal,             // FRAME_SIZE_ERROR
        0x7 => StatusCode.Unavailable,          // REFUSED_STREAM
        0x8 => StatusCode.Cancelled,            // CANCEL
        0x9 => StatusCode.Internal,             // COMPRESSION_ERROR
        0xa => StatusCode.Internal,             // CONNECT_ERROR
        0xb => StatusCode.ResourceExhausted,    // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied,     // INADEQUATE_SECURITY
        _ => StatusCode.Unknown,
    };
}
