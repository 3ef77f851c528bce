using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Where the body of a request goes: the whole message, one field of it, or nowhere.</summary>
internal sealed class BodyBinder
{
    private readonly PayloadPlan? _json;
    private readonly FieldDescriptor? _httpBodyField;
    private readonly UnexpectedBody _unexpected;

    private BodyBinder(MessageDescriptor message, PayloadPlan? json, bool isHttpBody, FieldDescriptor? httpBodyField, UnexpectedBody unexpected)
    {
        Message = message;
        IsHttpBody = isHttpBody;
        _json = json;
        _httpBodyField = httpBodyField;
        _unexpected = unexpected;
    }

    /// <summary>The request's type.</summary>
    public MessageDescriptor Message { get; }

    public bool IsHttpBody { get; }

    public static BodyBinder Compile(
        MessageDescriptor message, FieldDescriptor? field, bool isWhole, UnexpectedBody unexpected, PayloadPlanCompiler plans)
    {
        if (isWhole)
        {
            var raw = HttpBodyWire.IsHttpBody(message);
            return new BodyBinder(message, raw ? null : plans.JsonToProtobuf(message), raw, null, unexpected);
        }

        if (field is null)
        {
            return new BodyBinder(message, null, false, null, unexpected);
        }

        return !field.IsRepeated && HttpBodyWire.IsHttpBody(field)
            ? new BodyBinder(message, null, true, field, unexpected)
            : new BodyBinder(message, plans.JsonToProtobufField(field), false, null, unexpected);
    }

    public void Write(ReadOnlySpan<byte> body, string verb, string? contentType, PayloadBuffer output)
    {
        if (IsHttpBody)
        {
            WriteHttpBody(body, contentType, output);
        }
        else if (body.IsEmpty)
        {
            // Content-Length: 0 is an empty message, not a malformed one (PROTOCOLS §10.7, cell 2).
        }
        else if (_json is not null)
        {
            _json.Convert(body, output);
        }
        else if (_unexpected == UnexpectedBody.Reject && verb is not ("GET" or "HEAD" or "DELETE") && !IsEmptyObject(body))
        {
            throw new CallException(
                StatusCode.InvalidArgument, "The request has a body, but this URL takes none: every field is in path or query.");
        }
    }

    private void WriteHttpBody(ReadOnlySpan<byte> body, string? contentType, PayloadBuffer output)
    {
        if (body.IsEmpty && string.IsNullOrEmpty(contentType))
        {
            return;
        }

        var writer = new WireWriter(output);
        if (_httpBodyField is null)
        {
            HttpBodyWire.Write(contentType, body, ref writer);
        }
        else
        {
            writer.WriteTag(_httpBodyField.FieldNumber, WireType.Length);
            var mark = writer.BeginLength();
            HttpBodyWire.Write(contentType, body, ref writer);
            writer.EndLength(mark);
        }

        writer.Flush();
    }

    private static bool IsEmptyObject(ReadOnlySpan<byte> json)
    {
        var trimmed = json.Trim(" \t\r\n"u8);
        return trimmed.Length >= 2 && trimmed[0] == '{' && trimmed[^1] == '}' && trimmed[1..^1].Trim(" \t\r\n"u8).IsEmpty;
    }
}
