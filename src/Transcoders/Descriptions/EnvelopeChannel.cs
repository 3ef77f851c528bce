using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Descriptions;

/// <summary>The subprotocol `gateway.v1.json`: calls of all methods on one socket. Source: docs/protocols.md.</summary>
internal sealed class EnvelopeChannel(DescribedRoute route, string address, ErrorSchemas errors)
    : AsyncChannel("gateway.v1.json", address)
{
    public override void WriteOperations(Utf8JsonWriter json)
    {
        WriteOperation(json, "_receive", "receive", ["start", "msg", "half", "cancel"], null);
        WriteOperation(json, "_send", "send", ["headers", "answer", "end"], null);
    }

    protected override void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("description", "Many calls on one WebSocket, of every method of this document, each frame a text message. Any path of the route will do.");
        WriteServer(json, "ws");
        json.WriteStartObject("bindings");
        json.WriteStartObject("ws");
        json.WriteString("method", "GET");
        json.WriteStartObject("headers");
        json.WriteString("type", "object");
        WriteRequired(json, "Sec-WebSocket-Protocol");
        json.WriteStartObject("properties");
        WriteConst(json, "Sec-WebSocket-Protocol", "gateway.v1.json");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("bindingVersion", "0.1.0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    protected override void WriteMessages(Utf8JsonWriter json)
    {
        WriteFrame(json, "start", "start", "Opens a call.", json =>
        {
            json.WriteStartObject("method");
            json.WriteString("type", "string");
            json.WriteString("description", "`pkg.Service/Method`, or a verb and a path; left out where the socket's path says it.");
            WriteExamples(json);
            json.WriteEndObject();
            WriteTexts(json, "headers");
            WriteTyped(json, "timeoutMs", "integer", null);
            WriteAny(json, "data", "The first message, as JSON.");
            WriteTyped(json, "b64", "string", "The first message, as protobuf in base64.");
            WriteTyped(json, "last", "boolean", "It is the only one.");
        });
        WriteFrame(json, "msg", "msg", "A message of the client.", static json => WriteContent(json));
        WriteFrame(json, "half", "half", "The client has no more to say.", null);
        WriteFrame(json, "cancel", "cancel", "Ends the call.", null);
        WriteFrame(json, "headers", "headers", "Initial metadata.", static json => WriteTexts(json, "headers"));
        WriteFrame(json, "answer", "msg", "A message of the server.", static json =>
        {
            WriteTyped(json, "seq", "integer", "Counts the messages of the call, from 1.");
            WriteContent(json);
        });
        WriteFrame(json, "end", "end", "How the call ended.", json =>
        {
            json.WritePropertyName("status");
            errors.WriteStatus(json, StatusFormat.Google);
            WriteTexts(json, "trailers");
        });
    }

    private static void WriteFrame(Utf8JsonWriter json, string name, string type, string words, Action<Utf8JsonWriter>? more) =>
        WriteMessage(json, name, words, "application/json", json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "object");
            WriteRequired(json, "t", "id");
            json.WriteStartObject("properties");
            WriteConst(json, "t", type);
            WriteTyped(json, "id", "integer", "The call, by a number of the client's.");
            more?.Invoke(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });

    private void WriteExamples(Utf8JsonWriter json)
    {
        if (route.Catalog.Methods.Count > 0)
        {
            json.WriteStartArray("examples");
            json.WriteStringValue(route.Catalog.Methods[0].FullName);
            json.WriteEndArray();
        }
    }

    private static void WriteContent(Utf8JsonWriter json)
    {
        WriteAny(json, "data", "The message, as JSON.");
        WriteTyped(json, "b64", "string", "The message, as protobuf in base64.");
    }

    private static void WriteAny(Utf8JsonWriter json, string name, string words)
    {
        json.WriteStartObject(name);
        json.WriteString("description", words);
        json.WriteEndObject();
    }

    private static void WriteTyped(Utf8JsonWriter json, string name, string type, string? words)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        WriteWords(json, words);
        json.WriteEndObject();
    }

    private static void WriteConst(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "string");
        json.WriteString("const", value);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "object");
        json.WriteStartObject("additionalProperties");
        json.WriteString("type", "string");
        json.WriteEndObject();
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
