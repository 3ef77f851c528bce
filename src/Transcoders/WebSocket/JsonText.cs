using System.Text.Json;
using System.Text.Unicode;

namespace Transcoders.WebSocket;

/// <summary>Whether a text is JSON, for messages that may be either.</summary>
public static class JsonText
{
    /// <summary>True for one whole JSON value, white space around it allowed. Prose costs a look at its first byte.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text, int maxDepth)
    {
        var trimmed = text.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty || trimmed[0] is not ((byte)'{' or (byte)'[' or (byte)'"' or (byte)'t' or (byte)'f' or (byte)'n' or (byte)'-' or (>= (byte)'0' and <= (byte)'9')))
        {
            return false;
        }

        // The reader itself does not look at the bytes of a string.
        if (!Utf8.IsValid(trimmed))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(trimmed, new JsonReaderOptions { MaxDepth = maxDepth });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
