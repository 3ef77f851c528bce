namespace Transcoders.Grpc;

/// <summary>Names and values of the gRPC wire, spelled as the specification spells them.</summary>
public static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Details = "grpc-status-details-bin";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string RetryPushback = "grpc-retry-pushback-ms";

    /// <summary>True for `application/grpc` and its sub-formats (`+proto`), not for gRPC-Web.</summary>
    public static bool IsGrpc(ReadOnlySpan<char> contentType)
    {
        if (!contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ';
    }

    /// <summary>True when a metadata value under this name is base64 text of bytes.</summary>
    public static bool IsBinary(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);
    }
}
