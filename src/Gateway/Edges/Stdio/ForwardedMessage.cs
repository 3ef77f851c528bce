using System.Text.Json;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Stdio.JsonRpc;

namespace Gateway.Edges.Stdio;

/// <summary>A JSON-RPC message that a backend without schema gets as it is; what it answers leaves as it is. Source: PROTOCOLS §10.7 cell 17.</summary>
internal sealed class ForwardedMessage : SessionCall
{
    private bool _answered;

    public required int MaxDepth { get; init; }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (message.Payload.IsEmpty)
        {
            // 202 or 204: there is no answer.
            return default;
        }

        if (!JsonRpcReader.TryRead(message.Payload, MaxDepth, out var answer, out _))
        {
            throw new CallException(new CallStatus(StatusCode.Internal, "The backend's answer is no JSON-RPC message.") { HttpStatus = 502, Origin = StatusOrigin.Backend });
        }

        _answered |= answer.Kind is JsonRpcKind.Result or JsonRpcKind.Error && answer.Id.Span.SequenceEqual(Id.Span);
        return Output.WriteAsync(message.Payload, cancellationToken);
    }

    public override async ValueTask AnswerAsync(CallStatus status, CallRoute route)
    {
        if (Id.IsEmpty || _answered)
        {
            return;
        }

        if (status.IsOk)
        {
            status = new CallStatus(StatusCode.Internal, "The backend did not answer the request.") { Origin = StatusOrigin.Backend };
        }

        status = status.Code == StatusCode.Cancelled ? Reason ?? status : status;
        if (status.HttpStatus == 0)
        {
            await Output.FailAsync(Id, status, route);
            return;
        }

        using var data = new PayloadBuffer(int.MaxValue);
        using var json = new PayloadBuffer(int.MaxValue);
        using (var writer = new Utf8JsonWriter(data))
        {
            writer.WriteStartObject();
            writer.WriteNumber("code"u8, (int)status.Code);
            writer.WriteString("message"u8, status.Message);
            writer.WriteNumber("httpStatus"u8, status.HttpStatus);
            writer.WriteEndObject();
        }

        JsonRpcWriter.WriteError(json, Id.Span, JsonRpcStatusMapping.ToCode(status.Code), status.Message, data.WrittenSpan);
        await Output.TellAsync(json);
    }
}
