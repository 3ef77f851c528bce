using System.Text.Json;

namespace Transcoders.Descriptions;

/// <summary>A channel of an AsyncAPI document with its operations.</summary>
internal abstract class AsyncChannel(string id, string address)
{
    /// <summary>Writes the Channel Object as a member.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject(id);
        json.WriteString("address", address);
        WriteHead(json);
        json.WriteStartObject("messages");
        WriteMessages(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the Operation Objects as members.</summary>
    public abstract void WriteOperations(Utf8JsonWriter json);

    /// <summary>Writes description, servers, parameters and bindings.</summary>
    protected abstract void WriteHead(Utf8JsonWriter json);

    protected abstract void WriteMessages(Utf8JsonWriter json);

    protected static void WriteWords(Utf8JsonWriter json, string? words)
    {
        if (words is { Length: > 0 })
        {
            json.WriteString("description", words);
        }
    }

    protected static void WriteServer(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray("servers");
        json.WriteStartObject();
        json.WriteString("$ref", "#/servers/" + name);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    protected static void WriteParameters(Utf8JsonWriter json, DescribedPath path, DescribedOperation operation)
    {
        if (operation.Pattern.Parameters.Count == 0)
        {
            return;
        }

        json.WriteStartObject("parameters");
        for (var i = 0; i < operation.Pattern.Parameters.Count; i++)
        {
            var name = path.Pattern.Parameters[i].Name;
            json.WriteStartObject(name);
            WriteWords(json, OpenApiOperationWriter.Describe(operation.Pattern.Parameters[i], name, null));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes `query`, the schema of an object of all parameters; nothing where there are none.</summary>
    protected static void WriteQuery(Utf8JsonWriter json, DescribedRoute route, DescribedOperation operation, MessageSchemaWriter schemas)
    {
        var query = QueryParameters.Of(operation.Binding, schemas, route.MapQuery);
        if (query.Count == 0)
        {
            return;
        }

        json.WriteStartObject("query");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var parameter in query)
        {
            json.WritePropertyName(parameter.Name);
            schemas.WriteField(json, parameter.Field, MessageDirection.Request, []);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a message; <paramref name="payload"/> writes its schema.</summary>
    protected static void WriteMessage(Utf8JsonWriter json, string name, string words, string contentType, Action<Utf8JsonWriter> payload)
    {
        json.WriteStartObject(name);
        json.WriteString("name", name);
        json.WriteString("contentType", contentType);
        json.WriteString("description", words);
        json.WritePropertyName("payload");
        payload(json);
        json.WriteEndObject();
    }

    /// <summary>Writes an operation; <paramref name="more"/> writes its bindings.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="suffix">What its id has after the channel's.</param>
    /// <param name="action">`send` or `receive`, as seen by the gateway.</param>
    /// <param name="messages">Names of messages of the channel.</param>
    /// <param name="more">Writes more members; null for none.</param>
    protected void WriteOperation(Utf8JsonWriter json, string suffix, string action, ReadOnlySpan<string> messages, Action<Utf8JsonWriter>? more)
    {
        json.WriteStartObject(id + suffix);
        json.WriteString("action", action);
        json.WriteStartObject("channel");
        json.WriteString("$ref", "#/channels/" + id);
        json.WriteEndObject();
        more?.Invoke(json);
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("$ref", $"#/channels/{id}/messages/{message}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
