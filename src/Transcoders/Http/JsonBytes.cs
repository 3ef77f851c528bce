using System.Text.Json;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>Payloads whose wire does not say what they are.</summary>
public static class JsonBytes
{
    /// <summary>True when the bytes are one JSON value in UTF-8, nested no deeper than the limit.</summary>
    public static bool IsJson(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return reader.TokenType != JsonTokenType.None && Utf8.IsValid(bytes);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The media type of a message of which nothing else is known.</summary>
    public static string ContentType(in Message message, int maxDepth) => message.Format switch
    {
        PayloadFormat.Json => "application/json",
        PayloadFormat.Text => IsJson(message.Payload.Span, maxDepth) ? "application/json" : "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
