using System.Globalization;
using System.Text.Unicode;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The call that one message of a socket makes. The socket outlives it: a failure is a message too.</summary>
/// <param name="request">The socket's request.</param>
/// <param name="head">The call's head; its shape takes one request.</param>
/// <param name="connection">The socket.</param>
/// <param name="inbound">The message, on loan until the call has ended.</param>
/// <param name="first">Binds path and query into it, used again for every message; null on a route without schema.</param>
/// <param name="aborted">Fires when the client is gone, or when the socket's own call has ended.</param>
internal sealed class MessageCall(
    EdgeRequest request, CallHead head, WebSocketConnection connection, WebSocketConnection.Inbound inbound, FirstMessage? first, CancellationToken aborted) : ServerCall
{
    private bool _taken;

    public override CallHead Head => head;

    public override PayloadFormat Accepts =>
        first is null ? (inbound.IsText ? PayloadFormat.Text : PayloadFormat.Binary) : inbound.IsText ? PayloadFormat.Json : PayloadFormat.Protobuf;

    /// <summary>Without a schema an answer is what it is.</summary>
    public override PayloadFormat AcceptsFor(PayloadFormat offered) => first is null ? offered : Accepts;

    public override CancellationToken Aborted => aborted;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_taken)
        {
            return new((Message?)null);
        }

        _taken = true;
        return new(first is not null
            ? first.From(inbound.Payload, inbound.IsText)
            : new Message(inbound.Payload, FormatOf(inbound, request.Route.Limits)));
    }

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken) => default;

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (message.Payload.IsEmpty && first is null)
        {
            // 204, or a body of nothing: there is nothing to say.
            return default;
        }

        // An answer without schema is what its server says it is; a text frame must be UTF-8 (RFC 6455 §8.1).
        var isText = message.Format is PayloadFormat.Json or PayloadFormat.Text && (first is not null || Utf8.IsValid(message.Payload.Span));
        return connection.SendAsync(message.Payload, isText, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    /// <summary>`{"error":{"code":5,…},"httpStatus":404}` for a failure; success has said all it has to say.</summary>
    public override async ValueTask CompleteAsync(CallStatus status)
    {
        if (status.IsOk || aborted.IsCancellationRequested)
        {
            return;
        }

        using var text = new PayloadBuffer(request.Route.Limits.MessageSize);
        text.Write("{\"error\":"u8);
        request.Route.StatusWriter.Write(status, text);
        text.Write(",\"httpStatus\":"u8);
        HttpStatusMapping.ToHttp(status).TryFormat(text.GetSpan(12), out var written, default, CultureInfo.InvariantCulture);
        text.Advance(written);
        text.Write("}"u8);
        try
        {
            await connection.SendAsync(text.WrittenMemory, isText: true, CancellationToken.None);
        }
        catch (CallException)
        {
            // The client left before it was told.
        }
    }

    /// <summary>What a message without schema is: its kind of frame says bytes or text, and a look tells JSON from other text.</summary>
    private static PayloadFormat FormatOf(WebSocketConnection.Inbound inbound, CallLimits limits) =>
        !inbound.IsText ? PayloadFormat.Binary
        : JsonText.IsJson(inbound.Payload.Span, limits.Depth) ? PayloadFormat.Json
        : PayloadFormat.Text;
}
