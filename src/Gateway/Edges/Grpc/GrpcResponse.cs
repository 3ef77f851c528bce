using System.Globalization;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>Writes the parts of a gRPC answer that are headers. Source: gRPC over HTTP/2, "Responses".</summary>
internal static class GrpcResponse
{
    /// <summary>A single header block that is head and end at once; the body stays empty.</summary>
    public static void WriteTrailersOnly(HttpResponse response, CallStatus status, string contentType)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = contentType;
        Append(response.Headers, status, static (headers, name, value) => headers.Append(name, value));
    }

    /// <summary>Why an encoding of messages is refused, with those that are taken; null when it is not.</summary>
    public static CallStatus? RefuseEncoding(string encoding)
    {
        if (GrpcCompression.IsSupported(encoding))
        {
            return null;
        }

        var offered = new CallMetadata(1);
        offered.Add(GrpcHeaders.AcceptEncoding, GrpcCompression.Accepted);
        return new CallStatus(StatusCode.Unimplemented, $"grpc-encoding '{encoding}' is not supported; {GrpcCompression.Accepted} are.") { Trailers = offered, Origin = StatusOrigin.Client };
    }

    /// <summary>The trailers after the messages.</summary>
    public static void WriteTrailers(HttpResponse response, CallStatus status) =>
        Append(response, status, static (target, name, value) => target.AppendTrailer(name, value));

    public static void WriteMetadata(IHeaderDictionary headers, CallMetadata? metadata)
    {
        foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
        {
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value))
            {
                headers.Append(entry.Key, entry.Value);
            }
        }
    }

    private static void Append<T>(T target, CallStatus status, Action<T, string, string> append)
    {
        append(target, GrpcHeaders.Status, ((int)status.Code).ToString(CultureInfo.InvariantCulture));
        if (status.Message.Length > 0)
        {
            append(target, GrpcHeaders.Message, GrpcMessageEncoding.Encode(status.Message));
        }

        var details = StatusDetails.WithRetryInfo(status);
        if (!details.IsEmpty)
        {
            append(target, GrpcHeaders.Details, GrpcBinaryHeader.Encode(details.Span));
        }

        if (status.RetryAfter is { } delay)
        {
            append(target, GrpcHeaders.RetryPushback, ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        foreach (ref readonly var entry in status.Trailers is null ? default : status.Trailers.AsSpan())
        {
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value))
            {
                append(target, entry.Key, entry.Value);
            }
        }
    }
}
