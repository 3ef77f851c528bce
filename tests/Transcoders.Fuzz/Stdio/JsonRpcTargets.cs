using Transcoders.Calls;
using Transcoders.Stdio.JsonRpc;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Stdio;

/// <summary>What a JSON-RPC peer may send.</summary>
internal static class JsonRpcTargets
{
    /// <summary>A message that was read can be written again and reads the same; a refusal has a text.</summary>
    public static void Message(ReadOnlySpan<byte> input)
    {
        ReadOnlyMemory<byte> frame = input.ToArray();
        if (!JsonRpcReader.TryRead(frame, 100, out var message, out var problem))
        {
            Require(!string.IsNullOrEmpty(problem.Text) && problem.Code is JsonRpcStatusMapping.ParseError or JsonRpcStatusMapping.InvalidRequest, "a refusal without a reason");
            throw new CallException(StatusCode.InvalidArgument, problem.Text);
        }

        using var output = new PayloadBuffer(1 << 20);
        switch (message.Kind)
        {
            case JsonRpcKind.Request:
                JsonRpcWriter.WriteRequest(output, message.Id.Span, message.Method, message.Params.Span);
                break;
            case JsonRpcKind.Notification:
                _ = JsonRpcReader.TryReadStream(message.Params, out _, out _);
                JsonRpcWriter.WriteNotification(output, message.Method, message.Params.Span);
                break;
            case JsonRpcKind.Result:
                JsonRpcWriter.WriteResult(output, message.Id.Span, message.Result.Span);
                break;
            default:
                JsonRpcWriter.WriteError(output, message.Id.Span, message.ErrorCode, message.ErrorMessage, message.ErrorData.Span);
                break;
        }

        Require(JsonRpcReader.TryRead(output.WrittenMemory, 100, out var again, out _), "not readable once written");
        Require(again.Kind == message.Kind && again.Id.Span.SequenceEqual(message.Id.Span) && again.Method == message.Method, "another message");
        Require(again.Params.Span.SequenceEqual(message.Params.Span) && again.Result.Span.SequenceEqual(message.Result.Span), "another payload");
        Require(again.ErrorCode == message.ErrorCode && again.ErrorMessage == message.ErrorMessage, "another error");
    }
}
