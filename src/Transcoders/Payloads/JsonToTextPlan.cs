using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>One JSON value → the same on one line, as line protocols need it: line ends between tokens go, everything else stays.</summary>
public sealed class JsonToTextPlan(PayloadFormat to = PayloadFormat.Text) : PayloadPlan
{
    public override PayloadFormat From => PayloadFormat.Json;

    public override PayloadFormat To => to;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (input.IndexOfAny("\r\n"u8) < 0)
        {
            output.Write(input);
            return;
        }

        // A raw line end is white space between tokens: inside a string JSON only has it escaped (RFC 8259 §7).
        var reader = new Utf8JsonReader(input, new JsonReaderOptions { MaxDepth = 1000 });
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        try
        {
            Copy(ref reader, writer);
        }
        catch (JsonException e)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"not valid JSON: {e.Message}") { Origin = StatusOrigin.Client }, e);
        }
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject: writer.WriteStartObject(); break;
                case JsonTokenType.EndObject: writer.WriteEndObject(); break;
                case JsonTokenType.StartArray: writer.WriteStartArray(); break;
                case JsonTokenType.EndArray: writer.WriteEndArray(); break;
                case JsonTokenType.PropertyName: writer.WritePropertyName(reader.GetString()!); break;
                case JsonTokenType.String: writer.WriteStringValue(reader.GetString()); break;
                default: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
            }
        }
    }
}
