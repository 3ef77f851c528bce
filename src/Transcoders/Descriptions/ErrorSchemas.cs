using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Descriptions;

/// <summary>JSON Schemas of failures in the shapes a route may choose.</summary>
internal sealed class ErrorSchemas(SchemaCatalog catalog, MessageSchemaWriter schemas)
{
    private readonly MessageDescriptor _status = catalog.FindMessage("google.rpc.Status")!;

    /// <summary>Writes the body of a refusal.</summary>
    public void WriteBody(Utf8JsonWriter json, StatusFormat format)
    {
        if (format != StatusFormat.Aip193)
        {
            WriteStatus(json, format);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "object");
        WriteRequired(json, "error");
        json.WriteStartObject("properties");
        json.WritePropertyName("error");
        WriteStatus(json, format);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes what stands in the member `error` of a stream's last line, and in `error` events.</summary>
    public void WriteStatus(Utf8JsonWriter json, StatusFormat format)
    {
        switch (format)
        {
            case StatusFormat.Aip193:
                json.WriteStartObject();
                json.WriteString("type", "object");
                WriteRequired(json, "code", "message", "status");
                json.WriteStartObject("properties");
                WriteProperty(json, "code", "integer", "The HTTP status.");
                WriteProperty(json, "message", "string", null);
                WriteProperty(json, "status", "string", "The name of the gRPC status: `NOT_FOUND`.");
                WriteDetails(json);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case StatusFormat.Problem:
                json.WriteStartObject();
                json.WriteString("type", "object");
                json.WriteString("description", "A problem of RFC 9457.");
                WriteRequired(json, "type", "title", "status");
                json.WriteStartObject("properties");
                json.WriteStartObject("type");
                json.WriteString("type", "string");
                json.WriteString("format", "uri-reference");
                json.WriteEndObject();
                WriteProperty(json, "title", "string", "The words of the HTTP status.");
                WriteProperty(json, "status", "integer", "The HTTP status.");
                WriteProperty(json, "detail", "string", null);
                WriteProperty(json, "grpcStatus", "string", "The name of the gRPC status: `NOT_FOUND`.");
                WriteDetails(json);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default:
                schemas.WriteMessage(json, _status, MessageDirection.Response);
                break;
        }
    }

    private void WriteDetails(Utf8JsonWriter json)
    {
        json.WritePropertyName("details");
        schemas.WriteField(json, _status.FindFieldByName("details"), MessageDirection.Response, []);
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, string type, string? words)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        if (words is not null)
        {
            json.WriteString("description", words);
        }

        json.WriteEndObject();
    }

    private static void WriteRequired(Utf8JsonWriter json, params ReadOnlySpan<string> names)
    {
        json.WriteStartArray("required");
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}
