using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Transcoders.Descriptions;

/// <summary>Writes what a route serves over HTTP as an OpenAPI 3.1 document. Source: spec.openapis.org/oas/v3.1.1.</summary>
public static class OpenApiDocument
{
    /// <summary>The document, in UTF-8.</summary>
    /// <exception cref="DescriptionException">It would be too large.</exception>
    public static byte[] Write(DescribedRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        var operations = new OperationList(route);
        var schemas = new MessageSchemaWriter(route.Catalog, route.Payloads, "#/components/schemas/");
        var errors = new ErrorSchemas(route.Catalog, schemas);
        var writer = new OpenApiOperationWriter(route, schemas, errors);
        return DescriptionDocument.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.1.0");
            DocumentInfo.Write(json, route, operations.Notes);
            json.WriteStartArray("servers");
            json.WriteStartObject();
            json.WriteString("url", "/");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("paths");
            foreach (var path in operations.Paths)
            {
                WritePath(json, path, route, writer);
                DescriptionDocument.ThrowIfTooLarge(json);
            }

            json.WriteEndObject();
            json.WriteStartObject("components");
            WriteErrorResponse(json, route.ErrorFormat, errors);
            json.WritePropertyName("schemas");
            schemas.WriteDefinitions(json);
            json.WriteEndObject();
            WriteTags(json, operations, route);
            json.WriteEndObject();
        });
    }

    private static void WritePath(Utf8JsonWriter json, DescribedPath path, DescribedRoute route, OpenApiOperationWriter writer)
    {
        var isStarted = false;
        foreach (var operation in path.Operations)
        {
            if (!route.OnHttp(operation.Binding) && !(route.OnSse(operation.Binding) && operation.Binding.Method.Shape.StreamsResponses()))
            {
                continue;
            }

            if (!isStarted)
            {
                json.WriteStartObject(path.Path);
                isStarted = true;
            }

            json.WritePropertyName(operation.Verb.ToLowerInvariant());
            writer.Write(json, operation, path.Pattern);
        }

        if (isStarted)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteErrorResponse(Utf8JsonWriter json, StatusFormat format, ErrorSchemas errors)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject("Error");
        json.WriteString("description", "The call failed; the HTTP status stands for its gRPC status.");
        json.WriteStartObject("content");
        if (format != StatusFormat.Problem)
        {
            WriteErrorContent(json, "application/json", format, errors);
        }

        WriteErrorContent(json, "application/problem+json", StatusFormat.Problem, errors);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteErrorContent(Utf8JsonWriter json, string type, StatusFormat format, ErrorSchemas errors)
    {
        json.WriteStartObject(type);
        json.WritePropertyName("schema");
        errors.WriteBody(json, format);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, OperationList operations, DescribedRoute route)
    {
        json.WriteStartArray("tags");
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in operations.Paths)
        {
            foreach (var operation in path.Operations)
            {
                var method = operation.Binding.Method;
                if (!told.Add(method.ServiceName))
                {
                    continue;
                }

                json.WriteStartObject();
                json.WriteString("name", method.ServiceName);
                if (ServiceOf(method.Descriptor, route) is { } words)
                {
                    json.WriteString("description", words);
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static string? ServiceOf(MethodDescriptor method, DescribedRoute route) => route.Catalog.CommentOf(method.Service);
}
