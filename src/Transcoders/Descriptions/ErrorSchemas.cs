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
        if (format == StatusFormat.GrpcGatewayV1)
        {
            WriteObject(json, ("error", "string", "The message."), ("message", "string", "The message."), ("code", "integer", "The gRPC status."));
            return;
        }

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
                WriteObject(json, ("code", "integer", "The HTTP status."), ("message", "string", null), ("status", "string", "The name of the gRPC status: `NOT_FOUND`."));
                break;
            case StatusFormat.GrpcGatewayV1:
                WriteObject(
                    json, ("grpc_code", "integer", "The gRPC status."), ("http_code", "integer", "The HTTP status."), ("message", "string", null),
                    ("http_status", "string", "The words of the HTTP status."));
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

    /// <summary>An object of these members, all of them there, and of details.</summary>
    private void WriteObject(Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Type, string? Words)> members)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteStartArray("required");
        foreach (var (name, _, _) in members)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteStartObject("properties");
        foreach (var (name, type, words) in members)
        {
            WriteProperty(json, name, type, words);
        }

        WriteDetails(json);
        json.WriteEndObject();
        json.WriteEndObject();
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
