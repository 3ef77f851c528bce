using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Configuration;

/// <summary>Prints the grammar as JSON Schema (2020-12), for completion in editors and `gateway schema`.</summary>
/// <remarks>Wherever a value may be anything but text, text is allowed too: `${PORT}` has to fit.</remarks>
public static class ConfigSchemaWriter
{
    private const string DurationPattern = @"^(-?(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?|.*\$\{.*)$";
    private const string SizePattern = @"^(\d+ ?([KkMmGgTt][Ii])?[Bb]?|.*\$\{.*)$";
    private const string VariablePattern = @"\$\{[A-Za-z_][A-Za-z0-9_]*\}";

    /// <summary>The schema of the whole file, indented, with a newline at its end.</summary>
    public static string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "Gateway configuration");
            WriteType(json, ConfigGrammar.Root);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>Writes the members of a schema into the object that is open.</summary>
    private static void WriteType(Utf8JsonWriter json, ConfigType type)
    {
        switch (type)
        {
            case ObjectType section:
                WriteObject(json, section);
                break;
            case MapType map:
                WriteTypes(json, "object", "null");
                json.WriteStartObject("additionalProperties");
                WriteType(json, map.Item);
                json.WriteEndObject();
                break;
            case ListType list:
                WriteTypes(json, "array", "null");
                json.WriteStartObject("items");
                WriteType(json, list.Item);
                json.WriteEndObject();
                if (list.NotEmpty)
                {
                    json.WriteNumber("minItems", 1);
                }

                break;
            case OneOfType oneOf:
                json.WriteStartArray("anyOf");
                foreach (var alternative in oneOf.Alternatives)
                {
                    json.WriteStartObject();
                    WriteObject(json, alternative);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
            case ChoiceOrMapType map:
                json.WriteStartArray("anyOf");
                json.WriteStartObject();
                WriteType(json, map.Choice);
                json.WriteEndObject();
                json.WriteStartObject();
                json.WriteString("type", "object");
                json.WriteStartObject("additionalProperties");
                WriteType(json, map.Item);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndArray();
                break;
            case OpenType:
                WriteTypes(json, "object", "null");
                break;
            default:
                WriteScalar(json, type);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, ObjectType section)
    {
        WriteTypes(json, "object", "null");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        foreach (var key in section.Keys)
        {
            // What this version would refuse is not offered.
            if (key.Later is not null)
            {
                continue;
            }

            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Description);
            WriteType(json, key.Type);
            if (key.Default is { } value)
            {
                json.WritePropertyName("default");
                json.WriteRawValue(value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteRequired(json, section);
    }

    private static void WriteRequired(Utf8JsonWriter json, ObjectType section)
    {
        if (section.Keys.Any(k => k.Required))
        {
            json.WriteStartArray("required");
            foreach (var key in section.Keys.Where(k => k.Required))
            {
                json.WriteStringValue(key.Name);
            }

            json.WriteEndArray();
        }

        if (section.Keys.Any(k => k.Or is not null))
        {
            json.WriteStartArray("anyOf");
            foreach (var key in section.Keys.Where(k => k.Or is not null))
            {
                json.WriteStartObject();
                json.WriteStartArray("required");
                json.WriteStringValue(key.Name);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, ConfigType type)
    {
        switch (type)
        {
            case TextType { AnyScalar: false }:
                WriteTypes(json, "string", "null");
                break;
            case TextType:
                WriteTypes(json, "string", "number", "boolean", "null");
                break;
            case BooleanType:
                WriteTypes(json, "boolean", "string", "null");
                break;
            case IntegerType range:
                WriteTypes(json, "integer", "string", "null");
                WriteRange(json, range.Min, range.Max);
                break;
            case NumberType range:
                WriteTypes(json, "number", "string", "null");
                json.WriteNumber("minimum", range.Min);
                json.WriteNumber("maximum", range.Max);
                break;
            case SizeType range:
                WriteTypes(json, "integer", "string", "null");
                WriteRange(json, range.Min, range.Max);
                json.WriteString("pattern", SizePattern);
                break;
            case DurationType:
                WriteTypes(json, "string", "null");
                json.WriteString("pattern", DurationPattern);
                break;
            case ChoiceType choice:
                WriteChoice(json, choice);
                break;
            default:
                throw new InvalidOperationException($"No schema for {type.GetType().Name}.");
        }
    }

    private static void WriteChoice(Utf8JsonWriter json, ChoiceType choice)
    {
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteStartArray("enum");
        foreach (var name in choice.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteNullValue();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteString("pattern", VariablePattern);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The bounds of a type that has more than those of the machine.</summary>
    private static void WriteRange(Utf8JsonWriter json, long min, long max)
    {
        if (min > int.MinValue)
        {
            json.WriteNumber("minimum", min);
        }

        if (max < int.MaxValue)
        {
            json.WriteNumber("maximum", max);
        }
    }

    private static void WriteTypes(Utf8JsonWriter json, params ReadOnlySpan<string> types)
    {
        json.WriteStartArray("type");
        foreach (var type in types)
        {
            json.WriteStringValue(type);
        }

        json.WriteEndArray();
    }
}
