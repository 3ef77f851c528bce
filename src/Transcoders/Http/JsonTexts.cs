using System.Text.Json;

namespace Transcoders.Http;

/// <summary>Strings out of JSON that strangers wrote.</summary>
internal static class JsonTexts
{
    /// <summary>The string; null for what is none, or holds half a surrogate pair, which is valid JSON and no text (RFC 8259 §8.2).</summary>
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
