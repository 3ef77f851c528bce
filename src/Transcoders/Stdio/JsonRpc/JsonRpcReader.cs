using System.Text.Json;

namespace Transcoders.Stdio.JsonRpc;

/// <summary>Reads one JSON-RPC 2.0 object without a DOM; what it carries stays where it is in the frame.</summary>
/// <remarks>
/// Strict where a lenient reader could be led astray: `jsonrpc` must be `"2.0"`, and no member may stand twice.
/// Members it does not know are passed over. A batch (§6) is refused: one frame is one message.
/// </remarks>
public static class JsonRpcReader
{
    [Flags]
    private enum Members
    {
        None = 0,
        Version = 1,
        Id = 2,
        Method = 4,
        Params = 8,
        Result = 16,
        Error = 32,
    }

    /// <summary>Reads <paramref name="frame"/>, which holds one message and nothing else but white space.</summary>
    /// <param name="frame">UTF-8.</param>
    /// <param name="maxDepth">Deepest nesting of what the message carries.</param>
    /// <param name="message">The message.</param>
    /// <param name="problem">On false: what is wrong with it.</param>
    public static bool TryRead(ReadOnlyMemory<byte> frame, int maxDepth, out JsonRpcMessage message, out JsonRpcProblem problem)
    {
        message = default;
        ReadOnlyMemory<byte> id = default;
        try
        {
            // The carried values stand one level down, and `error.data` two.
            var reader = new Utf8JsonReader(frame.Span, new JsonReaderOptions { MaxDepth = maxDepth + 2 });
            var wrong = Read(ref reader, frame, ref id, out message);
            problem = wrong is null ? default : new JsonRpcProblem(JsonRpcStatusMapping.InvalidRequest, wrong, id);
            return wrong is null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader refuses a text that is not Unicode, such as "\ud800". Its own words are kept to itself:
            // they may quote the frame.
            problem = new JsonRpcProblem(JsonRpcStatusMapping.ParseError, "The frame is not valid JSON.", default);
            return false;
        }
    }

    /// <summary>Reads the params of <see cref="JsonRpcMethods.Message"/>, `{"id":1,"seq":1,"data":…}`, or of one that has an id alone.</summary>
    /// <param name="parameters">The params, as <see cref="TryRead"/> cut them.</param>
    /// <param name="id">The id of the request it belongs to, as it was written.</param>
    /// <param name="data">The message; empty when there is none.</param>
    /// <returns>False when there is no id.</returns>
    public static bool TryReadStream(ReadOnlyMemory<byte> parameters, out ReadOnlyMemory<byte> id, out ReadOnlyMemory<byte> data)
    {
        id = default;
        data = default;
        if (parameters.IsEmpty || parameters.Span[0] != (byte)'{')
        {
            return false;
        }

        // Valid already, to any depth: it is part of a message that was read.
        var reader = new Utf8JsonReader(parameters.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                id = Slice(ref reader, parameters);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = Slice(ref reader, parameters);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return !id.IsEmpty;
    }

    /// <returns>What is wrong; null when nothing is.</returns>
    private static string? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> frame, ref ReadOnlyMemory<byte> id, out JsonRpcMessage message)
    {
        message = default;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return "A batch is not taken here: send each message as a frame of its own.";
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "A message is an object such as {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{}}.";
        }

        var seen = Members.None;
        string? wrong = null;
        string? method = null;
        ReadOnlyMemory<byte> parameters = default;
        ReadOnlyMemory<byte> result = default;
        (int Code, string Message, ReadOnlyMemory<byte> Data) error = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Read to the end also when something is wrong: the id may come last, and an answer needs it.
            var member = MemberAt(ref reader);
            if ((seen & member) != 0)
            {
                wrong ??= "A member stands twice.";
            }

            seen |= member;
            switch (member)
            {
                case Members.Version:
                    reader.Read();
                    wrong ??= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8) ? null : "\"jsonrpc\" must be \"2.0\".";
                    reader.Skip();
                    break;
                case Members.Id:
                    id = Slice(ref reader, frame);
                    wrong ??= IsId(id.Span) ? null : "\"id\" must be a number, a text or null.";
                    id = IsId(id.Span) ? id : default;
                    break;
                case Members.Method:
                    reader.Read();
                    method = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    wrong ??= method is null ? "\"method\" must be text." : null;
                    reader.Skip();
                    break;
                case Members.Params:
                    parameters = Slice(ref reader, frame);
                    break;
                case Members.Result:
                    result = Slice(ref reader, frame);
                    break;
                case Members.Error:
                    wrong ??= ReadError(ref reader, frame, out error);
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }

        // One value and no more; the reader throws for what follows it.
        reader.Read();
        if (wrong is null && KindOf(seen, out wrong) is { } kind)
        {
            message = new JsonRpcMessage
            {
                Kind = kind,
                Id = id,
                Method = method ?? "",
                Params = parameters,
                Result = result,
                ErrorCode = error.Code,
                ErrorMessage = error.Message ?? "",
                ErrorData = error.Data,
            };
        }

        return wrong;
    }

    private static Members MemberAt(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("jsonrpc"u8) ? Members.Version
        : reader.ValueTextEquals("id"u8) ? Members.Id
        : reader.ValueTextEquals("method"u8) ? Members.Method
        : reader.ValueTextEquals("params"u8) ? Members.Params
        : reader.ValueTextEquals("result"u8) ? Members.Result
        : reader.ValueTextEquals("error"u8) ? Members.Error
        : Members.None;

    private static JsonRpcKind? KindOf(Members seen, out string? wrong)
    {
        const Members body = Members.Method | Members.Result | Members.Error;
        wrong = (seen & Members.Version) == 0 ? "\"jsonrpc\":\"2.0\" is missing."
            : (seen & body) is not (Members.Method or Members.Result or Members.Error) ? "A message has one of \"method\", \"result\" and \"error\"."
            : (seen & (Members.Method | Members.Id)) == 0 ? "An answer needs the \"id\" of its request."
            : null;
        return wrong is not null ? null
            : (seen & Members.Result) != 0 ? JsonRpcKind.Result
            : (seen & Members.Error) != 0 ? JsonRpcKind.Error
            : (seen & Members.Id) != 0 ? JsonRpcKind.Request
            : JsonRpcKind.Notification;
    }

    private static string? ReadError(ref Utf8JsonReader reader, ReadOnlyMemory<byte> frame, out (int Code, string Message, ReadOnlyMemory<byte> Data) error)
    {
        error = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return "\"error\" must be an object such as {\"code\":5,\"message\":\"no item a\"}.";
        }

        var hasCode = false;
        string? text = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                hasCode = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out error.Code);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                error.Data = Slice(ref reader, frame);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        error.Message = text ?? "";
        return hasCode && text is not null ? null : "\"error\" needs a whole number \"code\" and a text \"message\".";
    }

    private static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> frame)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return frame[start..(int)reader.BytesConsumed];
    }

    private static bool IsId(ReadOnlySpan<byte> json) => json.Length != 0 && json[0] is (byte)'"' or (byte)'-' or (byte)'n' or (>= (byte)'0' and <= (byte)'9');
}
