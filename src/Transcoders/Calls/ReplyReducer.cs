using System.Text.Json;

namespace Transcoders.Calls;

/// <summary>A call whose stream of answers has become one: what a client gets that waits for a single answer. Owns the call it wraps.</summary>
public sealed class ReplyReducer : ClientCall
{
    /// <summary>Tells the client of collected events why they are not all there.</summary>
    public const string TruncatedHeader = "x-stream-truncated";

    private readonly ClientCall _inner;
    private readonly Reply _reply;
    private readonly PayloadExchange _payloads;
    private readonly TimeProvider _clock;
    private readonly PayloadBuffer _answer;
    private Message? _message;
    private CallStatus? _status;

    /// <param name="inner">The call to the backend, just opened; disposed with this one.</param>
    /// <param name="reply">What makes the answer.</param>
    /// <param name="payloads">The plans between backend and edge, which make JSON of what is collected.</param>
    /// <param name="limits">Its message size bounds an answer that is one message.</param>
    /// <param name="clock">Measures <see cref="Reply.MaxDuration"/>.</param>
    public ReplyReducer(ClientCall inner, Reply reply, PayloadExchange payloads, CallLimits limits, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(limits);
        _inner = inner;
        _reply = reply;
        _payloads = payloads;
        _clock = clock;
        _answer = new PayloadBuffer(limits.MessageSize);
    }

    public override PayloadFormat Format => _inner.Format;

    public override CallStatus Status => _status ?? _inner.Status;

    public override CallStatus? Refusal => _inner.Refusal;

    public override PayloadFormat FormatFor(PayloadFormat offered) => _inner.FormatFor(offered);

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) => _inner.WriteAsync(message, last, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => _inner.HalfCloseAsync(cancellationToken);

    /// <summary>Waits for the whole answer: only then is known how it opens.</summary>
    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var head = await _inner.ReadHeadAsync(cancellationToken);
        switch (_reply.Kind)
        {
            // Events were asked for, a document came: it is the answer.
            case ReplyKind.Events when head.ContentType is not null:
            case ReplyKind.First:
                _message = await _inner.ReadAsync(cancellationToken);
                await FinishEarlyAsync(_message is not null);
                return head;
            case ReplyKind.Last:
                await ReadLastAsync(cancellationToken);
                return head;
            case ReplyKind.Events:
                return await CollectEventsAsync(cancellationToken) is { } limit ? WithTruncation(head, limit) : Collected(head);
            default:
                await CollectArrayAsync(cancellationToken);
                return Collected(head);
        }
    }

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        var message = _message;
        _message = null;
        return new(message);
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        _answer.Dispose();
    }

    private async ValueTask FinishEarlyAsync(bool isComplete)
    {
        if (isComplete)
        {
            _status = CallStatus.Ok;
            await _inner.FinishAsync();
        }
    }

    private async ValueTask ReadLastAsync(CancellationToken cancellationToken)
    {
        Message? last = null;
        while (await _inner.ReadAsync(cancellationToken) is { } message)
        {
            _answer.Clear();
            _answer.Write(message.Payload.Span);
            last = message with { Payload = _answer.WrittenMemory };
        }

        _message = Status.IsOk ? last : null;
    }

    private async ValueTask CollectArrayAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        using var json = new PayloadBuffer(_reply.MaxBytes);
        _answer.Write("["u8);
        while (await _inner.ReadAsync(cancellationToken) is { } message)
        {
            _answer.Write(count == 0 ? default : ","u8);
            _answer.Write(ToJson(message, json));
            count++;
            if (_reply.Kind == ReplyKind.Count && count == _reply.MaxMessages)
            {
                await FinishEarlyAsync(isComplete: true);
                break;
            }

            if (count > _reply.MaxMessages || _answer.Length > _reply.MaxBytes)
            {
                _status = new CallStatus(StatusCode.ResourceExhausted, $"The answer is longer than {_reply.MaxMessages} messages or {_reply.MaxBytes} bytes; ask for a stream (Accept: application/x-ndjson).") { HttpStatus = 502 };
                return;
            }
        }

        _answer.Write("]"u8);
        _message = Status.IsOk ? new Message(_answer.WrittenMemory, PayloadFormat.Json) : null;
    }

    /// <summary>Collects events to the end or to a limit; the limit's name, or null at the end.</summary>
    private async ValueTask<string?> CollectEventsAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_reply.MaxDuration, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var json = new PayloadBuffer(_reply.MaxBytes);
        using var writer = new Utf8JsonWriter(_answer, new JsonWriterOptions { SkipValidation = true });
        string? limit = null;
        var (count, bytes) = (0, 0L);
        string? lastId = null;
        writer.WriteStartObject();
        writer.WriteStartArray("events"u8);
        try
        {
            while (limit is null && await _inner.ReadAsync(both.Token) is { } message)
            {
                var data = ToJson(message, json);
                bytes += data.Length;
                if (bytes > _reply.MaxBytes)
                {
                    limit = "bytes";
                    break;
                }

                writer.WriteStartObject();
                if (message.Id is { } id)
                {
                    writer.WriteString("id"u8, id);
                    lastId = id;
                }

                writer.WriteString("event"u8, message.Event ?? "message");
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(data, skipInputValidation: true);
                writer.WriteEndObject();
                limit = ++count == _reply.MaxMessages ? "events" : null;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            limit = "duration";
        }

        writer.WriteEndArray();
        if (lastId is not null)
        {
            writer.WriteString("lastEventId"u8, lastId);
        }

        writer.WriteBoolean("complete"u8, limit is null);
        writer.WriteEndObject();
        writer.Flush();
        await FinishEarlyAsync(limit is not null);
        _message = Status.IsOk ? new Message(_answer.WrittenMemory, PayloadFormat.Json) : null;
        return limit;
    }

    /// <summary>The message as JSON, in <paramref name="scratch"/> unless it is JSON already.</summary>
    private ReadOnlySpan<byte> ToJson(in Message message, PayloadBuffer scratch)
    {
        if (_payloads.Response(message.Format, PayloadFormat.Json) is not { } plan)
        {
            return message.Payload.Span;
        }

        scratch.Clear();
        plan.Convert(message.Payload.Span, scratch);
        scratch.ThrowIfOverLimit();
        return scratch.WrittenSpan;
    }

    /// <summary>What was collected is JSON, whatever the messages were.</summary>
    private static ResponseHead Collected(ResponseHead head) => new() { Metadata = head.Metadata, HttpStatus = head.HttpStatus };

    private static ResponseHead WithTruncation(ResponseHead head, string limit)
    {
        var metadata = new CallMetadata((head.Metadata?.Count ?? 0) + 1);
        foreach (var (name, value) in head.Metadata is { } inner ? inner.AsSpan() : default)
        {
            metadata.Add(name, value);
        }

        metadata.Add(TruncatedHeader, limit);
        return new ResponseHead { Metadata = metadata, HttpStatus = head.HttpStatus };
    }
}
