using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Planning;
using Transcoders.Stdio;

namespace Gateway.Edges.Stdio;

/// <summary>The one call of `gateway call`: each message of the answer is a line of stdout.</summary>
/// <param name="output">Where the answer goes; not disposed here.</param>
/// <param name="details">Where metadata is told; null to keep it.</param>
internal sealed class SingleCall(StdioOutput output, TextWriter? details) : StdioCall
{
    private readonly PayloadBuffer _lines = new(int.MaxValue);
    private bool _streams;
    private int _unflushed = CallLimits.Default.UnflushedBytes;

    /// <summary>True to write `{"id":…,"event":…,"data":…}` instead of the message alone.</summary>
    public bool IsWrapped { get; init; }

    /// <summary>The backend has no way to learn that stdin has ended: who called decides how long it may go on. Known once the call has begun.</summary>
    public bool LacksHalfClose { get; private set; }

    public override void Begin(CallRoute route, CallPlan plan)
    {
        LacksHalfClose = plan.Method is null && plan.Backend.LacksHalfClose;
        // What a web server answers a request with is a document, and its text stays as it is.
        var isDocument = plan.Method is null && !plan.Shape.StreamsRequests() && !plan.Backend.IsSubscription;
        _streams = plan.Shape.StreamsResponses() && !isDocument;
        _unflushed = route.Limits.UnflushedBytes;
    }

    public override async ValueTask WriteHeadAsync(CallMetadata? metadata) => await TellAsync(metadata);

    /// <summary>Prints metadata as curl does, `&lt; name: value`.</summary>
    public async ValueTask TellAsync(CallMetadata? metadata)
    {
        for (var i = 0; details is not null && i < metadata?.Count; i++)
        {
            await details.WriteLineAsync($"< {metadata[i].Key}: {metadata[i].Value}");
        }
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (IsRaw)
        {
            _lines.Write(message.Payload.Span);
        }
        else if (IsWrapped)
        {
            Wrap(message);
        }
        else
        {
            Append(message);
        }

        return _lines.Length < _unflushed ? default : FlushAsync(cancellationToken);
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_lines.Length > 0)
        {
            await output.WriteAsync(_lines.WrittenMemory, cancellationToken);
            _lines.Clear();
        }
    }

    public override void Dispose()
    {
        _lines.Dispose();
        base.Dispose();
    }

    private void Append(in Message message)
    {
        var payload = message.Payload.Span;
        switch (message.Format)
        {
            case PayloadFormat.Json:
                LineWriter.WriteJson(payload, _lines);
                break;
            case PayloadFormat.Text when _streams && HasBreak(payload):
                // One line for one message, whatever is in it.
                WriteString(payload);
                _lines.Write("\n"u8);
                break;
            case PayloadFormat.Text:
                _lines.Write(payload);
                if (_streams || !payload.EndsWith("\n"u8))
                {
                    _lines.Write("\n"u8);
                }

                break;
            default:
                _lines.Write(payload);
                break;
        }
    }

    private void Wrap(in Message message)
    {
        _lines.Write("{\"id\":"u8);
        WriteText(message.Id);
        _lines.Write(",\"event\":"u8);
        WriteText(message.Event);
        _lines.Write(",\"data\":"u8);
        var payload = message.Payload.Span;
        switch (message.Format)
        {
            case PayloadFormat.Json:
                // The value on one line, and our own ending after the brace.
                LineWriter.WriteJson(payload, _lines);
                _lines.Length--;
                break;
            case PayloadFormat.Text:
                WriteString(payload);
                break;
            default:
                var room = _lines.GetSpan(Base64.GetMaxEncodedToUtf8Length(payload.Length) + 2);
                room[0] = (byte)'"';
                Base64.EncodeToUtf8(payload, room[1..], out _, out var written);
                room[written + 1] = (byte)'"';
                _lines.Advance(written + 2);
                break;
        }

        _lines.Write("}\n"u8);
    }

    private static bool HasBreak(ReadOnlySpan<byte> text) => text.IndexOfAny((byte)'\n', (byte)'\r') >= 0;

    private void WriteText(string? text)
    {
        if (text is null)
        {
            _lines.Write("null"u8);
            return;
        }

        WriteString(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private void WriteString(ReadOnlySpan<byte> text)
    {
        _lines.Write("\""u8);
        _lines.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        _lines.Write("\""u8);
    }
}
