using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Transcoders.Descriptions;

/// <summary>JSON Schemas of the types whose JSON is not that of their fields. Source: protobuf.dev/programming-guides/json.</summary>
internal static class WellKnownSchema
{
    /// <summary>True when the message is written where it stands rather than defined once and referred to.</summary>
    public static bool IsInline(MessageDescriptor message) => message.FullName is
        "google.protobuf.Timestamp" or "google.protobuf.Duration" or "google.protobuf.FieldMask" or "google.protobuf.Empty"
        or "google.protobuf.Struct" or "google.protobuf.Value" or "google.protobuf.ListValue" or "google.protobuf.Any"
        || IsWrapper(message);

    /// <summary>True for `google.protobuf.StringValue` and its like, whose JSON is that of their value.</summary>
    public static bool IsWrapper(MessageDescriptor message) => message.FullName is
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value" or "google.protobuf.UInt64Value"
        or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" or "google.protobuf.BoolValue" or "google.protobuf.StringValue"
        or "google.protobuf.BytesValue";

    /// <summary>True for google.protobuf.NullValue, whose one value is null.</summary>
    public static bool IsNull(EnumDescriptor type) => type.FullName == "google.protobuf.NullValue";

    /// <summary>Writes the members of the schema of a message that is inline and no wrapper.</summary>
    public static void WriteMembers(Utf8JsonWriter json, MessageDescriptor message)
    {
        switch (message.FullName)
        {
            case "google.protobuf.Timestamp":
                json.WriteString("type", "string");
                json.WriteString("format", "date-time");
                break;
            case "google.protobuf.Duration":
                json.WriteString("type", "string");
                json.WriteString("pattern", @"^-?[0-9]+(\.[0-9]{1,9})?s$");
                break;
            case "google.protobuf.FieldMask":
                json.WriteString("type", "string");
                WriteExample(json, "title,author.displayName");
                break;
            case "google.protobuf.ListValue":
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteEndObject();
                break;
            case "google.protobuf.Any":
                json.WriteString("type", "object");
                json.WriteStartObject("properties");
                json.WriteStartObject("@type");
                json.WriteString("type", "string");
                WriteExample(json, "type.googleapis.com/google.protobuf.Duration");
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteBoolean("additionalProperties", true);
                break;
            case "google.protobuf.Struct":
                json.WriteString("type", "object");
                json.WriteBoolean("additionalProperties", true);
                break;
            case "google.protobuf.Empty":
                json.WriteString("type", "object");
                break;
        }

        // google.protobuf.Value is any JSON, of which nothing can be said.
    }

    private static void WriteExample(Utf8JsonWriter json, string example)
    {
        json.WriteStartArray("examples");
        json.WriteStringValue(example);
        json.WriteEndArray();
    }
}
