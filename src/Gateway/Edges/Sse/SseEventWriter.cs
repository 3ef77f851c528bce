using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>Lays the messages and the end of one call out as events. Source: PROTOCOLS §10.4 (SSE edge); WHATWG HTML §9.2.</summary>
/// <remarks>
/// A message's id is the cursor its backend gave it or that stands in a field of it, else `key.n`. The stream ends with an `end` event, or with
/// an `error` event; a failure that a reconnect may mend carries no id, so that EventSource comes back with the last one.
/// </remarks>
internal sealed class SseEventWriter
{
    private readonly CallRoute _route;
    private readonly CursorField? _field;
    private readonly bool _ownIdsOnly;
    private readonly bool _mayComeBack;
    private readonly byte[] _key;
    private string? _cursor;

    /// <param name="route">The route.</param>
    /// <param name="field">Finds the id in a message; null when it stands in none.</param>
    /// <param name="mayComeBack">A reconnect may mend what has failed on the way.</param>
    /// <param name="secretKey">The name of a held stream, which has ids of its own only; null for one that is not held.</param>
    public SseEventWriter(CallRoute route, CursorField? field, bool mayComeBack, string? secretKey)
    {
        _route = route;
        _field = field;
        _mayComeBack = mayComeBack;
        _ownIdsOnly = secretKey is not null;
        _key = Encoding.ASCII.GetBytes(secretKey ?? NewKey(SseCursor.KeyLength));
    }

    /// <summary>Messages written.</summary>
    public long Sequence { get; private set; }

    public static string NewKey(int length) => RandomNumberGenerator.GetString(SseCursor.KeyAlphabet, length);

    public void WriteMessage(IBufferWriter<byte> output, in Message message)
    {
        Sequence++;
        var cursor = _ownIdsOnly ? null : _field is null ? message.Id : _field.ReadResponse(message.Payload.Span);
        if (cursor is not null)
        {
            _cursor = SseCursor.Encode(cursor);
            SseWriter.WriteField(output, "id"u8, _cursor);
        }
        else if (_field is null)
        {
            SseWriter.WriteId(output, _key, Sequence);
        }

        if (message.Event is { } name)
        {
            SseWriter.WriteField(output, "event"u8, name);
        }

        SseWriter.WriteData(output, message.Payload.Span);
    }

    public void WriteEnd(IBufferWriter<byte> output, CallStatus status)
    {
        if (status.IsOk || !_mayComeBack || status.Code != StatusCode.Unavailable)
        {
            SseWriter.WriteField(output, "id"u8, (_cursor ?? Encoding.ASCII.GetString(_key)) + SseCursor.FinishedSuffix);
        }

        SseWriter.WriteField(output, "event"u8, status.IsOk ? "end" : _route.Settings.Options.Sse.ErrorEvent);
        using var data = new PayloadBuffer(_route.Limits.MessageSize);
        if (status.IsOk)
        {
            SseTrailers.Write(data, status.Trailers);
        }
        else
        {
            _route.StatusWriter.Write(status, data);
        }

        SseWriter.WriteData(output, data.WrittenSpan);
    }
}
