using System.Text;
using System.Text.Json;

namespace Benchmarks.Payloads;

/// <summary>What reading or writing the same JSON costs when nothing is done with it.</summary>
internal static class JsonFloors
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>A bare Utf8JsonReader walk.</summary>
    public static int Scan(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Deep);
        var tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }

    /// <summary>
    /// The same, taking out the strings that cannot be taken as they stand: those with escapes, and those with bytes
    /// above ASCII, which a bare walk does not even check to be UTF-8. Only reading text of that kind needs it.
    /// </summary>
    public static int ScanTaking(ReadOnlySpan<byte> json, Span<byte> room)
    {
        var reader = new Utf8JsonReader(json, Deep);
        var bytes = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && (reader.ValueIsEscaped || !Ascii.IsValid(reader.ValueSpan)))
            {
                bytes += reader.CopyString(room);
            }
        }

        return bytes;
    }

    /// <summary>The tokens of a text, recorded so that writing them again costs no reading.</summary>
    public static JsonToken[] Record(ReadOnlySpan<byte> json)
    {
        var tokens = new List<JsonToken>();
        var reader = new Utf8JsonReader(json, Deep);
        while (reader.Read())
        {
            tokens.Add(reader.TokenType switch
            {
                JsonTokenType.PropertyName => new(reader.TokenType) { Name = JsonEncodedText.Encode(reader.GetString()!, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) },
                JsonTokenType.String => new(reader.TokenType) { Text = System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) },
                JsonTokenType.Number when reader.TryGetInt64(out var integer) => new(reader.TokenType) { IsInteger = true, Integer = integer },
                JsonTokenType.Number => new(reader.TokenType) { Number = reader.GetDouble() },
                _ => new(reader.TokenType),
            });
        }

        return [.. tokens];
    }

    /// <summary>A bare Utf8JsonWriter without validation, names encoded beforehand.</summary>
    public static void Write(JsonToken[] tokens, Utf8JsonWriter writer)
    {
        foreach (ref readonly var token in tokens.AsSpan())
        {
            switch (token.Type)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(token.Name);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(token.Text);
                    break;
                case JsonTokenType.Number when token.IsInteger:
                    writer.WriteNumberValue(token.Integer);
                    break;
                case JsonTokenType.Number:
                    writer.WriteNumberValue(token.Number);
                    break;
                case JsonTokenType.True:
                case JsonTokenType.False:
                    writer.WriteBooleanValue(token.Type == JsonTokenType.True);
                    break;
                default:
                    writer.WriteNullValue();
                    break;
            }
        }

        writer.Flush();
    }
}

/// <summary>One recorded token.</summary>
internal readonly record struct JsonToken(JsonTokenType Type)
{
    public JsonEncodedText Name { get; init; }

    public byte[]? Text { get; init; }

    public bool IsInteger { get; init; }

    public long Integer { get; init; }

    public double Number { get; init; }
}
