using System.Globalization;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>Writes the parts of a gRPC answer that are headers. Source: gRPC over HTTP/2, "Responses".</summary>
internal static class GrpcResponse
{
    /// <summary>A single header block that is head and end at once; the body stays empty.</summary>
    public static void WriteTrailersOnly(HttpResponse response, CallStatus status)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcHeaders.ContentType;
        Append(response.Headers, status, static (headers, name, value) => headers.Append(name, value));
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
