using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>How a method is called on a server that speaks HTTP: the way its request is made, and what its answers hold. Immutable.</summary>
public sealed class RestMethod
{
    private readonly FieldDescriptor? _answerField;
    private readonly byte[] _answerPrefix;
    private readonly RequestUnweaver[] _ways;

    internal RestMethod(MethodSchema method, HttpBinding? binding, RequestUnweaver[] ways, string? problem)
    {
        var answerField = binding?.Response.Field;
        Method = method;
        Binding = binding?.ToString() ?? "";
        _ways = ways;
        Problem = problem;
        _answerField = answerField;
        AnswersHttpBody = answerField is null ? HttpBodyWire.IsHttpBody(method.Output) : !answerField.IsRepeated && HttpBodyWire.IsHttpBody(answerField);
        _answerPrefix = answerField is null || AnswersHttpBody ? [] : Encoding.UTF8.GetBytes($"{{{JsonText.Quote(answerField.JsonName)}:");
    }

    public MethodSchema Method { get; }

    /// <summary>The rule as its author wrote it, `GET /v1/{name}`; empty when there is none.</summary>
    public string Binding { get; }

    /// <summary>
    /// Makes the request of a message by the first binding that can carry it: one refuses a message whose fields its path does not fit,
    /// whose query would have to hold a map, or whose URL would be too long.
    /// </summary>
    /// <param name="message">The message on the wire.</param>
    /// <param name="body">The body is appended to it.</param>
    /// <param name="request">The request.</param>
    /// <returns>The binding's way back, which makes the bodies of later messages too.</returns>
    /// <exception cref="CallException">What the first binding says when none can; UNIMPLEMENTED when there is a <see cref="Problem"/>.</exception>
    public RequestUnweaver Unweave(ReadOnlyMemory<byte> message, PayloadBuffer body, out UnwovenRequest request)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (_ways.Length == 0)
        {
            throw new CallException(new CallStatus(StatusCode.Unimplemented, $"{Method.FullName} cannot be asked for over HTTP: {Problem}"));
        }

        // A refusal is thrown also where another binding takes over: rules put the usual one first.
        var start = body.Length;
        CallException? refusal = null;
        foreach (var way in _ways)
        {
            try
            {
                request = way.Unweave(message, body);
                return way;
            }
            catch (CallException e) when (_ways.Length > 1 && e.Status.Code is (StatusCode.InvalidArgument or StatusCode.ResourceExhausted))
            {
                refusal ??= e;
                body.Length = start;
            }
        }

        throw new CallException(refusal!.Status, refusal);
    }

    /// <summary>Why no request can be made; null when one can.</summary>
    public string? Problem { get; }

    /// <summary>True when an answer's content is the data of a google.api.HttpBody, whatever its media type.</summary>
    public bool AnswersHttpBody { get; }

    /// <summary>True when an answer's JSON is one field of the message (`response_body`), so that <see cref="WrapAnswer"/> must make the message.</summary>
    public bool WrapsAnswers => _answerPrefix.Length != 0;

    /// <summary>True when the answer has a field of that JSON name: `result` is then no envelope.</summary>
    public bool AnswerHasField(string jsonName)
    {
        foreach (var field in (_answerField is { FieldType: FieldType.Message, IsMap: false } ? _answerField.MessageType : Method.Output).Fields.InDeclarationOrder())
        {
            if (field.JsonName == jsonName || field.Name == jsonName)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>`[…]` → `{"books":[…]}`.</summary>
    public void WrapAnswer(ReadOnlySpan<byte> json, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_answerPrefix);
        output.Write(json);
        output.Write("}"u8);
    }

    /// <summary>Raw content → the message on the wire that holds it as a google.api.HttpBody.</summary>
    public void WriteHttpBody(string? contentType, ReadOnlySpan<byte> data, PayloadBuffer output)
    {
        var writer = new WireWriter(output);
        if (_answerField is null)
        {
            HttpBodyWire.Write(contentType, data, ref writer);
        }
        else
        {
            writer.WriteTag(_answerField.FieldNumber, WireType.Length);
            var mark = writer.BeginLength();
            HttpBodyWire.Write(contentType, data, ref writer);
            writer.EndLength(mark);
        }

        writer.Flush();
    }
}
