using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Payloads;

namespace Transcoders.Descriptions;

/// <summary>JSON Schemas of scalars, as the route's options print them. Formats are those of the OpenAPI format registry.</summary>
internal static class ScalarSchema
{
    /// <summary>Writes the members of the schema of one value.</summary>
    public static void WriteMembers(Utf8JsonWriter json, FieldType type, PayloadPlanOptions options)
    {
        switch (type)
        {
            case FieldType.Bool:
                json.WriteString("type", "boolean");
                break;
            case FieldType.String:
                json.WriteString("type", "string");
                break;
            case FieldType.Bytes:
                json.WriteString("type", "string");
                json.WriteString("contentEncoding", "base64");
                break;
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32:
                json.WriteString("type", "integer");
                json.WriteString("format", "int32");
                break;
            case FieldType.UInt32 or FieldType.Fixed32:
                json.WriteString("type", "integer");
                json.WriteString("format", "uint32");
                json.WriteNumber("minimum", 0);
                break;
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64:
                WriteInt64(json, "int64", "^-?[0-9]+$", options);
                break;
            case FieldType.UInt64 or FieldType.Fixed64:
                WriteInt64(json, "uint64", "^[0-9]+$", options);
                break;
            case FieldType.Float or FieldType.Double:
                WriteFloat(json, type == FieldType.Float ? "float" : "double");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "not a scalar");
        }
    }

    /// <summary>Writes `default` as proto2 declares it; nothing where it has no place in JSON.</summary>
    public static void WriteDefault(Utf8JsonWriter json, FieldDescriptor field, PayloadPlanOptions options)
    {
        if (field.ToProto() is not { HasDefaultValue: true, DefaultValue: var text })
        {
            return;
        }

        switch (field.FieldType)
        {
            case FieldType.Bool:
                json.WriteBoolean("default", text == "true");
                break;
            case FieldType.String:
                json.WriteString("default", text);
                break;
            case FieldType.Enum:
                if (!options.EnumsAsNumbers)
                {
                    json.WriteString("default", text);
                }
                else if (field.EnumType.FindValueByName(text) is { } value)
                {
                    json.WriteNumber("default", value.Number);
                }

                break;
            case FieldType.Float or FieldType.Double:
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                {
                    json.WriteNumber("default", number);
                }

                break;
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64 when !options.Int64AsNumbers:
                json.WriteString("default", text);
                break;
            case not FieldType.Bytes:
                // Descriptors hold it as decimal digits.
                json.WritePropertyName("default");
                json.WriteRawValue(text);
                break;
        }
    }

    private static void WriteInt64(Utf8JsonWriter json, string format, string pattern, PayloadPlanOptions options)
    {
        json.WriteString("type", options.Int64AsNumbers ? "integer" : "string");
        json.WriteString("format", format);
        if (!options.Int64AsNumbers)
        {
            json.WriteString("pattern", pattern);
        }
        else if (format[0] == 'u')
        {
            json.WriteNumber("minimum", 0);
        }
    }

    private static void WriteFloat(Utf8JsonWriter json, string format)
    {
        json.WriteStartArray("oneOf");
        json.WriteStartObject();
        json.WriteString("type", "number");
        json.WriteString("format", format);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteStartArray("enum");
        json.WriteStringValue("NaN");
        json.WriteStringValue("Infinity");
        json.WriteStringValue("-Infinity");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
