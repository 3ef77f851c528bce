using System.Text.Unicode;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Backends.Http;

/// <summary>Makes messages of an answer's pieces, as the method wants them or as they are.</summary>
/// <param name="method">The method; null when payloads are opaque.</param>
/// <param name="contentType">The answer's media type; null when it named none.</param>
/// <param name="limits">Bounds of a message.</param>
internal sealed class AnswerShape(RestMethod? method, string? contentType, CallLimits limits) : IDisposable
{
    private readonly PayloadBuffer _made = new(limits.MessageSize);

    /// <summary>A JSON value. Without a schema it is looked at first: what is broken goes on as text, so that it breaks nothing around it.</summary>
    public Message Json(ReadOnlyMemory<byte> value)
    {
        if (method is null)
        {
            return JsonBytes.IsJson(value.Span, limits.Depth) ? new Message(OnOneLine(value), PayloadFormat.Json) : Text(value);
        }

        if (method.AnswersHttpBody)
        {
            return Bytes(value);
        }

        if (!method.WrapsAnswers)
        {
            return new Message(value, PayloadFormat.Json);
        }

        _made.Clear();
        method.WrapAnswer(value.Span, _made);
        return new Message(_made.WrittenMemory, PayloadFormat.Json);
    }

    /// <summary>The message of an answer without content.</summary>
    public Message Empty() => method is { AnswersHttpBody: true } ? Bytes(default) : new Message("{}"u8.ToArray(), PayloadFormat.Json);

    /// <summary>Text; bytes when it is none.</summary>
    public Message Text(ReadOnlyMemory<byte> text) => new(text, Utf8.IsValid(text.Span) ? PayloadFormat.Text : PayloadFormat.Binary);

    /// <summary>Bytes as they are, or the google.api.HttpBody that holds them.</summary>
    public Message Bytes(ReadOnlyMemory<byte> bytes)
    {
        if (method is null)
        {
            return new Message(bytes, PayloadFormat.Binary);
        }

        _made.Clear();
        method.WriteHttpBody(contentType, bytes.Span, _made);
        return new Message(_made.WrittenMemory, PayloadFormat.Protobuf);
    }

    /// <summary>Data of an event, which is JSON or text.</summary>
    public Message Event(ReadOnlyMemory<byte> data) => Json(data);

    public void Dispose() => _made.Dispose();

    /// <summary>Wires that put a value on a line cannot have line breaks in it; in JSON they are white space, and a space is as good.</summary>
    private ReadOnlyMemory<byte> OnOneLine(ReadOnlyMemory<byte> value)
    {
        if (!value.Span.ContainsAny((byte)'\n', (byte)'\r'))
        {
            return value;
        }

        _made.Clear();
        _made.Write(value.Span);
        var made = _made.Raw[.._made.Length];
        made.Replace((byte)'\n', (byte)' ');
        made.Replace((byte)'\r', (byte)' ');
        return _made.WrittenMemory;
    }
}
