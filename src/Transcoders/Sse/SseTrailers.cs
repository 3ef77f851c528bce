using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Sse;

/// <summary>The payload of an `end` event: `{"trailers":{"n":"1"}}`, or `{}` when there are none.</summary>
public static class SseTrailers
{
    public static void Write(PayloadBuffer output, CallMetadata? trailers)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (trailers is { Count: > 0 })
        {
            json.WriteStartObject("trailers");
            foreach (ref readonly var entry in trailers.AsSpan())
            {
                json.WriteString(entry.Key, entry.Value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
