using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Makes the HTTP content of a response message: JSON of the whole or of `response_body`, or the bytes of a google.api.HttpBody.</summary>
public sealed class HttpResponseBody
{
    private readonly FieldDescriptor? _field;

    private HttpResponseBody(FieldDescriptor? field, PayloadPlan? json)
    {
        _field = field;
        Json = json;
    }

    /// <summary>The field that is the content; null when it is the whole message.</summary>
    internal FieldDescriptor? Field => _field;

    /// <summary>Converts a message to JSON; null when the content is an HttpBody.</summary>
    public PayloadPlan? Json { get; }

    /// <summary>True when the content is what <see cref="ReadHttpBody"/> finds.</summary>
    public bool IsHttpBody => Json is null;

    internal static HttpResponseBody Compile(MessageDescriptor output, FieldDescriptor? field, PayloadPlanCompiler plans)
    {
        if (HttpBodyWire.IsHttpBody(output) || (field is not null && !field.IsRepeated && HttpBodyWire.IsHttpBody(field)))
        {
            return new HttpResponseBody(field, null);
        }

        return new HttpResponseBody(field, field is null ? plans.ProtobufToJson(output) : plans.ProtobufToJsonField(field));
    }

    /// <summary>Finds content type and bytes in a response message, without copying the bytes.</summary>
    /// <param name="message">The whole response message, in wire format; the result points into it.</param>
    public HttpBodyContent ReadHttpBody(ReadOnlyMemory<byte> message) => HttpBodyWire.Read(message, _field);
}
