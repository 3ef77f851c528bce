using System.Text.Json;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>A socket on which a message is a message, and the close frame is the status.</summary>
internal sealed class RawDialogue(WebSocketDialer dialer, UpstreamSocket socket, IReadOnlyList<byte[]> openMessages) : Dialogue(dialer, socket)
{
    private int _skip = dialer.Plan.Settings.SkipMessages;
    private bool _hasMessage;

    /// <summary>A call of which nothing is known may have any number of answers.</summary>
    private bool Streams => !Plan.HasSchema || Head.Shape.StreamsResponses();

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var message in openMessages)
        {
            await Socket.SendAsync(message, isText: true, cancellationToken);
        }
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        Socket.SendAsync(message.Payload, isText: message.Format is PayloadFormat.Json or PayloadFormat.Text, cancellationToken);

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        // A method of one request says by itself that no other follows.
        return !Head.Shape.StreamsRequests() ? default : Plan.Settings.HalfClose switch
        {
            "emptyText" => Socket.SendAsync(default, isText: true, cancellationToken),
            "message" => Socket.SendAsync(Plan.HalfCloseMessage, isText: true, cancellationToken),
            "close" => Socket.CloseOutputAsync(CloseCodeMapping.Normal, cancellationToken),
            _ => default,
        };
    }

    public override ReadOnlyMemory<byte>? Farewell(bool isCancelled) => Plan.ExitMessage;

    public override ValueTask<Turn> TakeAsync(SocketMessage received, CancellationToken cancellationToken)
    {
        switch (received.Event)
        {
            case SocketEvent.Closed:
                return new(Turn.End(StatusOf(received, new CloseContext(Streams, _hasMessage, IsComplete: !Streams && _hasMessage))));
            case SocketEvent.TooLarge:
                return new(Turn.End(TooLarge(), CloseCodeMapping.MessageTooBig));
            case SocketEvent.Violation:
                return new(Turn.End(BrokenRules, CloseCodeMapping.ProtocolError));
            default:
                break;
        }

        var isText = received.Event == SocketEvent.Text;
        if (isText && FindReply(received.Payload.Span) is { } reply)
        {
            return ReplyAsync(reply.Reply, cancellationToken);
        }

        if (_skip > 0)
        {
            _skip--;
            return new(Turn.Nothing);
        }

        var message = new Message(received.Payload, FormatOf(isText))
        {
            Event = isText && Plan.Settings.EventName is { } member ? JsonMember.Find(received.Payload.Span, member) : null,
        };
        if (isText && Plan.Settings.ErrorMessage && ErrorOf(received.Payload) is { } error)
        {
            return new(new Turn(TurnKind.MaybeError, message, error));
        }

        _hasMessage = true;
        return new(Turn.Of(message));
    }

    private PayloadFormat FormatOf(bool isText) => (Plan.HasSchema, isText) switch
    {
        (true, true) => PayloadFormat.Json,
        (true, false) => PayloadFormat.Protobuf,
        (false, true) => PayloadFormat.Text,
        (false, false) => PayloadFormat.Binary,
    };

    private WebSocketPlan.AutoReply? FindReply(ReadOnlySpan<byte> text)
    {
        foreach (var rule in Plan.AutoReplies)
        {
            if (rule.Matches(text))
            {
                return rule;
            }
        }

        return null;
    }

    private async ValueTask<Turn> ReplyAsync(ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            await Socket.SendAsync(reply, isText: true, cancellationToken);
        }
        catch (IOException)
        {
            // The server takes no more; what it sends next says why.
        }

        return Turn.Nothing;
    }

    /// <summary>The status in `{"error":{"code":5,…}}`, which is how an edge of ours says a failure before it closes; null for every other text.</summary>
    private CallStatus? ErrorOf(ReadOnlyMemory<byte> text)
    {
        if (text.IsEmpty || text.Span[0] != (byte)'{')
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(text.Span);
            if (!reader.Read() || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("error"u8) || !reader.Read())
            {
                return null;
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var status = text[start..(int)reader.BytesConsumed];
            return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read() && Dialer.Statuses.Read(status.Span) is { IsOk: false } read
                ? new CallStatus(read.Code, read.Message) { Details = read.Details, Origin = StatusOrigin.Backend }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
