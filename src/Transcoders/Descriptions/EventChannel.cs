using System.Text.Json;

namespace Transcoders.Descriptions;

/// <summary>A method that streams its answers, as Server-Sent Events. Source: docs/protocols.md, SSE edge.</summary>
internal sealed class EventChannel(
    DescribedRoute route, DescribedOperation operation, DescribedPath path, MessageSchemaWriter schemas, OpenApiOperationWriter bodies)
    : AsyncChannel(operation.Id + "_events", path.Path)
{
    public override void WriteOperations(Utf8JsonWriter json)
    {
        WriteOperation(json, "_send", "send", ["message", "end", "error"], WriteBindings);
        if (!operation.Binding.HasNoBody)
        {
            WriteOperation(json, "_receive", "receive", ["request"], WriteBindings);
        }
    }

    protected override void WriteHead(Utf8JsonWriter json)
    {
        WriteWords(json, route.Catalog.CommentOf(operation.Binding.Method.Descriptor));
        WriteServer(json, "http");
        WriteParameters(json, path, operation);
    }

    protected override void WriteMessages(Utf8JsonWriter json)
    {
        if (!operation.Binding.HasNoBody)
        {
            WriteMessage(json, "request", "The body of the request.", "application/json", json => bodies.WriteBodySchema(json, operation.Binding));
        }

        WriteMessage(json, "message", "An event without a name; its data is a message.", "application/json", json => bodies.WriteAnswerSchema(json, operation.Binding));
        WriteMessage(json, "end", "The event `end`: all went well, and no more is to come.", "application/json", WriteTrailers);
        WriteMessage(
            json, "error", $"The event `{route.ErrorEvent}`: the stream has failed.", "application/json",
            json => schemas.WriteMessage(json, route.Catalog.FindMessage("google.rpc.Status")!, MessageDirection.Response));
    }

    private void WriteBindings(Utf8JsonWriter json)
    {
        json.WriteStartObject("bindings");
        json.WriteStartObject("http");
        json.WriteString("method", operation.Verb);
        WriteQuery(json, route, operation, schemas);
        json.WriteString("bindingVersion", "0.3.0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTrailers(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        json.WriteStartObject("trailers");
        json.WriteString("type", "object");
        json.WriteStartObject("additionalProperties");
        json.WriteString("type", "string");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
