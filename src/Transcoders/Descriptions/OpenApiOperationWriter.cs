using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Transcoders.Descriptions;

/// <summary>Writes the Operation Object of one binding.</summary>
internal sealed class OpenApiOperationWriter(DescribedRoute route, MessageSchemaWriter schemas, ErrorSchemas errors)
{
    /// <param name="json">Takes the object.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="names">Gives the parameters of the path their names.</param>
    public void Write(Utf8JsonWriter json, DescribedOperation operation, UrlPattern names)
    {
        var binding = operation.Binding;
        var method = binding.Method;
        json.WriteStartObject();
        json.WriteString("operationId", operation.Id);
        json.WriteStartArray("tags");
        json.WriteStringValue(method.ServiceName);
        json.WriteEndArray();
        if (route.Catalog.CommentOf(method.Descriptor) is { } words)
        {
            json.WriteString("description", words);
        }

        if (method.Descriptor.GetOptions() is { Deprecated: true })
        {
            json.WriteBoolean("deprecated", true);
        }

        WriteParameters(json, operation, names);
        WriteRequestBody(json, binding);
        WriteResponses(json, binding);
        json.WriteEndObject();
    }

    /// <summary>What is to be said of a parameter in a path.</summary>
    public static string? Describe(UrlParameter parameter, string name, string? comment) =>
        parameter.IsRest ? $"{(parameter.Whole is null ? "Any number of segments" : $"Part of `{parameter.FieldPath}`: any number of segments")}; their slashes are sent as they are."
        : parameter.Field is not null ? comment
        : parameter.FieldPath is null ? "Any one segment."
        : $"Part of `{parameter.FieldPath}`, as `{name}`{(parameter.Whole is null ? "" : $" in `{parameter.Whole}`")}.";

    private void WriteParameters(Utf8JsonWriter json, DescribedOperation operation, UrlPattern names)
    {
        var query = QueryParameters.Of(operation.Binding, schemas, route.MapQuery);
        var pattern = operation.Pattern;
        if (pattern.Parameters.Count + query.Count == 0)
        {
            return;
        }

        json.WriteStartArray("parameters");
        for (var i = 0; i < pattern.Parameters.Count; i++)
        {
            var parameter = pattern.Parameters[i];
            var name = names.Parameters[i].Name;
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", "path");
            json.WriteBoolean("required", true);
            WriteWords(json, Describe(parameter, name, parameter.Field is null ? null : route.Catalog.CommentOf(parameter.Field)));
            json.WritePropertyName("schema");
            if (parameter.Field is { } field)
            {
                schemas.WriteField(json, field, MessageDirection.Request, []);
            }
            else
            {
                json.WriteStartObject();
                json.WriteString("type", "string");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        foreach (var parameter in query)
        {
            WriteQuery(json, parameter);
        }

        json.WriteEndArray();
    }

    private void WriteQuery(Utf8JsonWriter json, QueryParameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", "query");
        if (parameter.IsRequired)
        {
            json.WriteBoolean("required", true);
        }

        WriteWords(json, route.Catalog.CommentOf(parameter.Field));
        if (parameter.Field.GetOptions() is { Deprecated: true })
        {
            json.WriteBoolean("deprecated", true);
        }

        if (parameter.Field.IsMap)
        {
            // `labels[key]=value`
            json.WriteString("style", "deepObject");
            json.WriteBoolean("explode", true);
        }

        json.WritePropertyName("schema");
        schemas.WriteField(json, parameter.Field, MessageDirection.Request, []);
        json.WriteEndObject();
    }

    private void WriteRequestBody(Utf8JsonWriter json, HttpBinding binding)
    {
        if (binding.HasNoBody)
        {
            return;
        }

        json.WriteStartObject("requestBody");
        if (binding.BodyField is { } field && (field.IsRequired || FieldBehaviors.IsRequired(field)))
        {
            json.WriteBoolean("required", true);
        }

        var streams = binding.Method.Shape.StreamsRequests();
        json.WriteStartObject("content");
        if (binding.Weaver.BodyIsHttpBody)
        {
            json.WriteStartObject("*/*");
        }
        else
        {
            json.WriteStartObject(streams ? "application/x-ndjson" : "application/json");
            WriteSequence(json, streams ? "The schema is that of each line." : null);
            json.WritePropertyName("schema");
            WriteBodySchema(json, binding);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the schema of a request's body, without what the path says.</summary>
    public void WriteBodySchema(Utf8JsonWriter json, HttpBinding binding)
    {
        var inPath = new List<string>();
        foreach (var variable in binding.Template.Variables)
        {
            inPath.Add(variable.FieldPath);
        }

        if (binding.BodyField is { } field)
        {
            schemas.WriteField(json, field, MessageDirection.Request, MessageSchemaWriter.Below(inPath, field.Name));
        }
        else
        {
            schemas.WriteMessage(json, binding.Method.Input, MessageDirection.Request, inPath);
        }
    }

    /// <summary>Writes the schema of an answer's message.</summary>
    public void WriteAnswerSchema(Utf8JsonWriter json, HttpBinding binding)
    {
        if (binding.Response.Field is { } field)
        {
            schemas.WriteField(json, field, MessageDirection.Response, []);
        }
        else
        {
            schemas.WriteMessage(json, binding.Method.Output, MessageDirection.Response);
        }
    }

    private void WriteResponses(Utf8JsonWriter json, HttpBinding binding)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject("200");
        json.WriteString("description", binding.Method.Shape.StreamsResponses() ? "The answers, as they come." : "The answer.");
        json.WriteStartObject("content");
        if (binding.Response.IsHttpBody)
        {
            json.WriteStartObject("*/*");
            json.WriteEndObject();
        }
        else if (!binding.Method.Shape.StreamsResponses())
        {
            json.WriteStartObject("application/json");
            json.WritePropertyName("schema");
            WriteAnswerSchema(json, binding);
            json.WriteEndObject();
        }
        else
        {
            WriteStreams(json, binding);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("$ref", "#/components/responses/Error");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Every framing a client can ask for. Source: docs/protocols.md, Answers.</summary>
    private void WriteStreams(Utf8JsonWriter json, HttpBinding binding)
    {
        if (route.OnHttp(binding))
        {
            var asked = route.Framing;
            var bare = asked is StreamFraming.NdjsonBare or StreamFraming.StatusLines;
            WriteFraming(json, binding, bare ? StreamFraming.NdjsonBare : StreamFraming.Ndjson);
            WriteFraming(json, binding, asked is StreamFraming.ResultLines or StreamFraming.StatusLines ? asked : StreamFraming.Array);
            WriteFraming(json, binding, StreamFraming.JsonSeq);
        }

        if (route.OnSse(binding))
        {
            json.WriteStartObject("text/event-stream");
            WriteSequence(json, $"The schema is that of the data of each event; the event `end` closes a stream that ended well, `{route.ErrorEvent}` one that failed.");
            json.WritePropertyName("schema");
            WriteAnswerSchema(json, binding);
            json.WriteEndObject();
        }
    }

    private void WriteFraming(Utf8JsonWriter json, HttpBinding binding, StreamFraming framing)
    {
        json.WriteStartObject(StreamFramings.ContentType(framing));
        WriteSequence(json, framing switch
        {
            StreamFraming.Array => null,
            StreamFraming.JsonSeq => "The schema is that of each text of the sequence (RFC 7464).",
            _ => "The schema is that of each line.",
        });
        json.WritePropertyName("schema");
        switch (framing)
        {
            case StreamFraming.Array:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("items");
                WriteAnswerSchema(json, binding);
                json.WriteEndObject();
                break;
            case StreamFraming.Ndjson or StreamFraming.ResultLines:
                WriteResultLine(json, binding);
                break;
            case StreamFraming.StatusLines:
                json.WriteStartObject();
                json.WriteStartArray("anyOf");
                WriteAnswerSchema(json, binding);
                errors.WriteStatus(json, route.ErrorFormat);
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                WriteAnswerSchema(json, binding);
                break;
        }

        json.WriteEndObject();
    }

    private void WriteResultLine(Utf8JsonWriter json, HttpBinding binding)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteString("description", "A message, or in the last line why the stream failed.");
        json.WriteStartObject("properties");
        json.WritePropertyName("result");
        WriteAnswerSchema(json, binding);
        json.WritePropertyName("error");
        errors.WriteStatus(json, route.ErrorFormat);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>OpenAPI 3.1 has no word for media types that are many values one after the other (3.2 has `itemSchema`).</summary>
    private static void WriteSequence(Utf8JsonWriter json, string? words)
    {
        if (words is not null)
        {
            json.WriteString("x-sequence", words);
        }
    }

    private static void WriteWords(Utf8JsonWriter json, string? words)
    {
        if (words is { Length: > 0 })
        {
            json.WriteString("description", words);
        }
    }
}
