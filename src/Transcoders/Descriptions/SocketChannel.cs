using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Descriptions;

/// <summary>A method that streams, as one call of a WebSocket without subprotocol. Source: docs/protocols.md, WebSocket edge.</summary>
internal sealed class SocketChannel(
    DescribedRoute route, DescribedOperation operation, DescribedPath path, MessageSchemaWriter schemas, ErrorSchemas errors, OpenApiOperationWriter bodies)
    : AsyncChannel(operation.Id + "_socket", path.Path)
{
    private bool Receives => !operation.Binding.HasNoBody;

    private bool StreamsRequests => operation.Binding.Method.Shape.StreamsRequests();

    public override void WriteOperations(Utf8JsonWriter json)
    {
        if (Receives)
        {
            WriteOperation(json, "_receive", "receive", StreamsRequests ? ["request", "half"] : ["request"], null);
        }

        WriteOperation(json, "_send", "send", ["message", "error"], null);
    }

    protected override void WriteHead(Utf8JsonWriter json)
    {
        WriteWords(json, route.Catalog.CommentOf(operation.Binding.Method.Descriptor));
        WriteServer(json, "ws");
        WriteParameters(json, path, operation);
        json.WriteStartObject("bindings");
        json.WriteStartObject("ws");
        json.WriteString("method", "GET");
        WriteQuery(json, route, operation, schemas);
        json.WriteString("bindingVersion", "0.1.0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    protected override void WriteMessages(Utf8JsonWriter json)
    {
        if (Receives)
        {
            WriteMessage(
                json, "request", StreamsRequests ? "A text message, one of many." : "The one text message of the client.", "application/json",
                json => bodies.WriteBodySchema(json, operation.Binding));
        }

        if (Receives && StreamsRequests)
        {
            WriteMessage(json, "half", "An empty text message: the client has no more to say.", "text/plain", static json =>
            {
                json.WriteStartObject();
                json.WriteString("type", "string");
                json.WriteString("const", "");
                json.WriteEndObject();
            });
        }

        WriteMessage(json, "message", "A text message of the server.", "application/json", json => bodies.WriteAnswerSchema(json, operation.Binding));
        WriteMessage(json, "error", "The last text message before a close that reports a failure.", "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            json.WritePropertyName("error");
            errors.WriteStatus(json, StatusFormat.Google);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
