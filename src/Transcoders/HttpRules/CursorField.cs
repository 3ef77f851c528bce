using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>How a method resumes a stream by a field of its own: a field of each answer is the cursor, and one of the request takes it. Immutable.</summary>
/// <remarks>With `after` and `id`: the answer `{"id":"b","size":"9"}` has the cursor `b`, and a request for what follows has `after: "b"`.</remarks>
public sealed class CursorField
{
    private readonly FieldNode _request;
    private readonly byte[] _jsonName;
    private readonly byte[] _protoName;

    private CursorField(FieldNode request, FieldDescriptor response)
    {
        _request = request;
        _jsonName = Encoding.UTF8.GetBytes(response.JsonName);
        _protoName = Encoding.UTF8.GetBytes(response.Name);
    }

    /// <summary>Compiles it for a method; null, with the reason, when the method has no such fields.</summary>
    public static CursorField? Compile(MethodSchema method, string request, string response, PayloadPlanCompiler plans, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(plans);
        var cursor = Find(method.Output, response);
        problem = Refuse(method.Input, request, Find(method.Input, request)) ?? Refuse(method.Output, response, cursor);
        if (problem is not null)
        {
            return null;
        }

        var node = new FieldNodeCompiler(plans, caseInsensitiveEnums: false).Compile(method.Input).Find(request);
        return new CursorField(node!, cursor!);
    }

    /// <summary>Appends the cursor to a request message on the wire: it stands in place of what the message says there.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT: it is no value of the field.</exception>
    public void WriteRequest(string cursor, PayloadBuffer message)
    {
        var writer = new WireWriter(message);
        var expected = LeafWriter.TryWrite(_request, Encoding.UTF8.GetBytes(cursor), new WeaveOptions(), message, ref writer);
        if (expected is not null)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"Last-Event-ID is no place in this stream: {_request.Field.Name} takes {expected}.") { Origin = StatusOrigin.Client });
        }

        writer.Flush();
    }

    /// <summary>The cursor of an answer in JSON; null when it has none.</summary>
    public string? ReadResponse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCursor = reader.ValueTextEquals(_jsonName) || reader.ValueTextEquals(_protoName);
            reader.Read();
            if (isCursor)
            {
                return reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                    _ => null,
                };
            }

            reader.Skip();
        }

        return null;
    }

    private static FieldDescriptor? Find(MessageDescriptor message, string name)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.Name == name || field.JsonName == name)
            {
                return field;
            }
        }

        return null;
    }

    private static string? Refuse(MessageDescriptor message, string name, FieldDescriptor? field) =>
        field is null ? $"{message.FullName} has no field '{name}'"
        : field.IsRepeated || field.FieldType is FieldType.Message or FieldType.Group or FieldType.Bytes or FieldType.Bool or FieldType.Double or FieldType.Float
            ? $"the field '{name}' of {message.FullName} is no cursor: that is one text, whole number or enum"
            : null;
}
