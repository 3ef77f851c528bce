using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Sse;

/// <summary>The payload of an `end` event: `{"trailers":{"n":"1"}}`, or `{}` when there are none.</summary>
public static class SseTrailers
{
    /// <summary>The trailers in the data of an `end` event; null when there are none, or when it is another's text. Values that are no strings are left out.</summary>
    public static CallMetadata? Read(ReadOnlySpan<byte> data)
    {
        try
        {
            var json = new Utf8JsonReader(data);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isTrailers = json.ValueTextEquals("trailers"u8);
                json.Read();
                if (isTrailers && json.TokenType == JsonTokenType.StartObject)
                {
                    return ReadEntries(ref json);
                }

                json.Skip();
            }
        }
        catch (JsonException)
        {
            // The text of a foreign terminator: it ends the stream whatever it holds.
        }

        return null;
    }

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

    private static CallMetadata? ReadEntries(ref Utf8JsonReader json)
    {
        CallMetadata? trailers = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.String && json.GetString() is { } value
                && MetadataText.IsName(name) && MetadataText.IsValue(value) && !ReservedMetadata.Contains(name))
            {
                (trailers ??= new CallMetadata(4)).Add(name, value);
            }

            json.Skip();
        }

        return trailers;
    }
}
