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
