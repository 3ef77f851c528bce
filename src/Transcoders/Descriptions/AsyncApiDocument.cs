using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Descriptions;

/// <summary>
/// Writes what a route serves as events and over WebSocket as an AsyncAPI 3.0 document, from the gateway's side: it sends answers and
/// receives requests. Source: asyncapi.com/docs/reference/specification/v3.0.0, bindings http 0.3.0 and ws 0.1.0.
/// </summary>
/// <remarks>Methods that stream have channels of their own; all others are reached through the envelope, and by HTTP.</remarks>
public static class AsyncApiDocument
{
    /// <summary>The document, in UTF-8.</summary>
    /// <exception cref="DescriptionException">It would be too large.</exception>
    public static byte[] Write(DescribedRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        var operations = new OperationList(route);
        var schemas = new MessageSchemaWriter(route.Catalog, route.Payloads, "#/components/schemas/");
        var errors = new ErrorSchemas(route.Catalog, schemas);
        var bodies = new OpenApiOperationWriter(route, schemas, errors);
        var channels = Channels(route, operations, schemas, errors, bodies);
        return DescriptionDocument.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("asyncapi", "3.0.0");
            DocumentInfo.Write(json, route, operations.Notes);
            json.WriteString("defaultContentType", "application/json");
            json.WriteStartObject("servers");
            WriteServer(json, "http");
            WriteServer(json, "ws");
            json.WriteEndObject();
            json.WriteStartObject("channels");
            foreach (var channel in channels)
            {
                channel.Write(json);
                DescriptionDocument.ThrowIfTooLarge(json);
            }

            json.WriteEndObject();
            json.WriteStartObject("operations");
            foreach (var channel in channels)
            {
                channel.WriteOperations(json);
                DescriptionDocument.ThrowIfTooLarge(json);
            }

            json.WriteEndObject();
            json.WriteStartObject("components");
            json.WritePropertyName("schemas");
            schemas.WriteDefinitions(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static List<AsyncChannel> Channels(
        DescribedRoute route, OperationList operations, MessageSchemaWriter schemas, ErrorSchemas errors, OpenApiOperationWriter bodies)
    {
        var channels = new List<AsyncChannel>();
        foreach (var path in operations.Paths)
        {
            var hasSocket = false;
            foreach (var operation in path.Operations)
            {
                var binding = operation.Binding;
                var shape = binding.Method.Shape;
                if (route.OnSse(binding) && shape.StreamsResponses() && !binding.Response.IsHttpBody)
                {
                    channels.Add(new EventChannel(route, operation, path, schemas, bodies));
                }

                // A socket has no verb of its own: one channel for the path.
                if (!hasSocket && route.OnWebSocket(binding) && shape != CallShape.Unary && !binding.Response.IsHttpBody && !binding.Weaver.BodyIsHttpBody)
                {
                    hasSocket = true;
                    channels.Add(new SocketChannel(route, operation, path, schemas, errors, bodies));
                }
            }
        }

        if (route.EnvelopePath is { } address)
        {
            channels.Add(new EnvelopeChannel(route, address, errors));
        }

        return channels;
    }

    /// <summary>A document that does not know where it is served leaves the host open.</summary>
    private static void WriteServer(Utf8JsonWriter json, string protocol)
    {
        json.WriteStartObject(protocol);
        json.WriteString("host", "{host}");
        json.WriteString("protocol", protocol);
        json.WriteStartObject("variables");
        json.WriteStartObject("host");
        json.WriteString("default", "localhost");
        json.WriteString("description", "Where this document came from.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
