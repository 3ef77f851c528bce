using System.Text;
using Google.Protobuf.Reflection;

namespace Transcoders.Tests.Compiling;

/// <summary>JSON in which every field of a message is set, to a depth; of a oneof the first. Written as the gateway writes it.</summary>
internal static class SampleJson
{
    private const int MaxDepth = 3;

    public static string Of(MessageDescriptor message)
    {
        var json = new StringBuilder();
        Message(json, message, 0);
        return json.ToString();
    }

    private static void Message(StringBuilder json, MessageDescriptor message, int depth)
    {
        json.Append('{');
        var first = true;
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            if ((field.RealContainingOneof is { } oneof && oneof.Fields.MinBy(static f => f.FieldNumber) != field) || !IsShown(field, depth))
            {
                continue;
            }

            json.Append(first ? "" : ",").Append('"').Append(field.JsonName).Append("\":");
            first = false;
            if (field.IsMap)
            {
                var key = field.MessageType.FindFieldByNumber(1);
                json.Append('{').Append(key.FieldType switch
                {
                    FieldType.String => "\"k\"",
                    FieldType.Bool => "\"true\"",
                    _ => "\"7\"",
                }).Append(':');
                Value(json, field.MessageType.FindFieldByNumber(2), depth);
                json.Append('}');
            }
            else if (field.IsRepeated)
            {
                json.Append('[');
                Value(json, field, depth);
                json.Append(']');
            }
            else
            {
                Value(json, field, depth);
            }
        }

        json.Append('}');
    }

    private static bool IsShown(FieldDescriptor field, int depth)
    {
        var value = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        return value.FieldType switch
        {
            FieldType.Message or FieldType.Group => WellKnown(value.MessageType) is not null || (depth < MaxDepth && value.MessageType.FullName != "google.protobuf.Any"),
            FieldType.Enum => value.EnumType.FullName != "google.protobuf.NullValue" && (field.IsRepeated || value.EnumType.Values.Any(static v => v.Number != 0)),
            _ => true,
        };
    }

    private static void Value(StringBuilder json, FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message or FieldType.Group:
                if (WellKnown(field.MessageType) is { } text)
                {
                    json.Append(text);
                }
                else
                {
                    Message(json, field.MessageType, depth + 1);
                }

                break;
            case FieldType.Enum:
                // Of names that share a number the first is written.
                var number = (field.EnumType.Values.FirstOrDefault(static v => v.Number != 0) ?? field.EnumType.Values[0]).Number;
                json.Append('"').Append(field.EnumType.Values.First(v => v.Number == number).Name).Append('"');
                break;
            case FieldType.Bool:
                json.Append("true");
                break;
            case FieldType.String:
                json.Append("\"text\"");
                break;
            case FieldType.Bytes:
                json.Append("\"AQI=\"");
                break;
            case FieldType.Double or FieldType.Float:
                json.Append("1.5");
                break;
            case FieldType.Int64 or FieldType.UInt64 or FieldType.SInt64 or FieldType.Fixed64 or FieldType.SFixed64:
                json.Append("\"7\"");
                break;
            default:
                json.Append('7');
                break;
        }
    }

    private static string? WellKnown(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => "\"2020-01-02T03:04:05Z\"",
        "google.protobuf.Duration" => "\"1.500s\"",
        "google.protobuf.FieldMask" => "\"a,bC\"",
        "google.protobuf.Struct" => "{\"k\":\"v\"}",
        "google.protobuf.Value" => "\"v\"",
        "google.protobuf.ListValue" => "[\"v\"]",
        "google.protobuf.BoolValue" => "true",
        "google.protobuf.StringValue" => "\"text\"",
        "google.protobuf.BytesValue" => "\"AQI=\"",
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => "1.5",
        "google.protobuf.Int64Value" or "google.protobuf.UInt64Value" => "\"7\"",
        "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" => "7",
        _ => null,
    };
}
