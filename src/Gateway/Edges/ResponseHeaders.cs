using Transcoders.Calls;

namespace Gateway.Edges;

/// <summary>Puts a backend's initial metadata on an HTTP response.</summary>
internal static class ResponseHeaders
{
    public static void Write(IHeaderDictionary headers, CallMetadata? metadata)
    {
        foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
        {
            // A backend is no friend either: nothing that could end a header may pass.
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value) && !ReservedMetadata.Contains(entry.Key))
            {
                headers.Append(entry.Key, entry.Value);
            }
        }
    }

    /// <summary>Adds the metadata under the names that grpc-gateway's clients read, where the route wants that.</summary>
    public static void WritePrefixed(EdgeRequest request, CallMetadata? metadata)
    {
        var headers = request.Context.Response.Headers;
        if (!request.Route.Settings.Options.Http.GrpcMetadata)
        {
            return;
        }

        foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
        {
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value) && !ReservedMetadata.Contains(entry.Key))
            {
                headers.Append(EdgeRequest.MetadataPrefix + entry.Key, entry.Value);
            }
        }
    }

    /// <summary>
    /// Tells an HTTP client the trailers of its call, where the route wants that: as headers `grpc-trailer-NAME` while there can be headers, and
    /// as HTTP trailers when it sent `TE: trailers` and its connection has them. Source: PROTOCOLS §10.4; RFC 9110 §6.5.1.
    /// </summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="trailers">What the call ended with; null when there is nothing.</param>
    /// <param name="asHeaders">The answer is one, and its head has not left.</param>
    public static void WriteTrailers(EdgeRequest request, CallMetadata? trailers, bool asHeaders)
    {
        if (trailers is null || !request.Route.Settings.Options.Http.Trailers)
        {
            return;
        }

        var response = request.Context.Response;
        var asTrailers = response.SupportsTrailers() && TakesTrailers(request.Context.Request.Headers.TE.ToString());
        foreach (ref readonly var entry in trailers.AsSpan())
        {
            if (!MetadataText.IsName(entry.Key) || !MetadataText.IsValue(entry.Value) || ReservedMetadata.Contains(entry.Key))
            {
                continue;
            }

            if (asHeaders)
            {
                response.Headers.Append("grpc-trailer-" + entry.Key, entry.Value);
            }

            if (asTrailers)
            {
                response.AppendTrailer(entry.Key, entry.Value);
            }
        }
    }

    private static bool TakesTrailers(ReadOnlySpan<char> te)
    {
        foreach (var part in te.Split(','))
        {
            if (te[part].Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for a status that forbids a body. Source: RFC 9110 §15.3.5, §15.3.6, §15.4.5.</summary>
    public static bool HasNoBody(int httpStatus) => httpStatus is 204 or 205 or 304;

    /// <summary>Puts the headers of a backend's own HTTP answer on the client's: all but those of one hop.</summary>
    public static void WriteAnswer(IHeaderDictionary headers, CallMetadata? metadata)
    {
        foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
        {
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value) && !ReservedMetadata.IsOfOneHop(entry.Key))
            {
                headers.Append(entry.Key, entry.Value);
            }
        }
    }
}
