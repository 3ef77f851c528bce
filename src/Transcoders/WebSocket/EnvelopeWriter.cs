using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>Writes the frames of an envelope socket: what a client sends, and what a server answers.</summary>
public static class EnvelopeWriter
{
    /// <summary>`{"t":"start","id":1,"method":"pkg.Service/Method","timeoutMs":5000}`</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The call's.</param>
    /// <param name="method">Empty when the URL names it.</param>
    /// <param name="timeoutMs">Null when there is no deadline.</param>
    public static void WriteStart(PayloadBuffer output, long id, string method, long? timeoutMs)
    {
        ArgumentNullException.ThrowIfNull(method);
        Open(output, "start"u8, id);
        if (method.Length > 0)
        {
            output.Write(",\"method\":"u8);
            WriteString(output, method);
        }

        if (timeoutMs is { } timeout)
        {
            output.Write(",\"timeoutMs\":"u8);
            WriteNumber(output, timeout);
        }

        output.Write("}"u8);
    }

    /// <summary>`{"t":"msg","id":1,"data":…}`: a client's message, which has no number.</summary>
    public static void WriteRequest(PayloadBuffer output, long id, in Message message)
    {
        Open(output, "msg"u8, id);
        WritePayload(output, message);
    }

    /// <summary>`{"t":"half","id":1}`</summary>
    public static void WriteHalf(PayloadBuffer output, long id)
    {
        Open(output, "half"u8, id);
        output.Write("}"u8);
    }

    /// <summary>`{"t":"cancel","id":1}`</summary>
    public static void WriteCancel(PayloadBuffer output, long id)
    {
        Open(output, "cancel"u8, id);
        output.Write("}"u8);
    }

    /// <summary>`{"t":"headers","id":1,"headers":{…}}`</summary>
    public static void WriteHeaders(PayloadBuffer output, long id, CallMetadata headers)
    {
        Open(output, "headers"u8, id);
        output.Write(",\"headers\":"u8);
        WriteMetadata(output, headers);
        output.Write("}"u8);
    }

    /// <summary>`{"t":"msg","id":1,"seq":1,"data":…}`, with `event` and `sse_id` where the message has them; a payload that is not JSON goes as `b64`, or as a JSON string when it is text.</summary>
    public static void WriteMessage(PayloadBuffer output, long id, long sequence, in Message message)
    {
        Open(output, "msg"u8, id);
        output.Write(",\"seq\":"u8);
        WriteNumber(output, sequence);
        if (message.Event is { } name)
        {
            output.Write(",\"event\":"u8);
            WriteString(output, name);
        }

        if (message.Id is { } cursor)
        {
            output.Write(",\"sse_id\":"u8);
            WriteString(output, cursor);
        }

        WritePayload(output, message);
    }

    private static void WritePayload(PayloadBuffer output, in Message message)
    {
        var payload = message.Payload.Span;
        switch (message.Format)
        {
            case PayloadFormat.Json:
                output.Write(",\"data\":"u8);
                output.Write(payload);
                break;
            case PayloadFormat.Text:
                output.Write(",\"data\":"u8);
                WriteString(output, payload);
                break;
            default:
                output.Write(",\"b64\":\""u8);
                var span = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(payload.Length));
                Base64.EncodeToUtf8(payload, span, out _, out var written);
                output.Advance(written);
                output.Write("\""u8);
                break;
        }

        output.Write("}"u8);
    }

    /// <summary>`{"id":"42","event":"item","data":…}`: an event on a socket without the envelope. Data that is JSON is embedded, other data is a JSON string.</summary>
    public static void WriteEvent(PayloadBuffer output, in Message message, int maxDepth)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{"u8);
        if (message.Id is { } cursor)
        {
            output.Write("\"id\":"u8);
            WriteString(output, cursor);
            output.Write(","u8);
        }

        output.Write("\"event\":"u8);
        WriteString(output, message.Event ?? "message");
        output.Write(",\"data\":"u8);
        if (JsonText.IsJson(message.Payload.Span, maxDepth))
        {
            output.Write(message.Payload.Span);
        }
        else
        {
            WriteString(output, message.Payload.Span);
        }

        output.Write("}"u8);
    }

    /// <summary>`{"t":"end","id":1,"status":{…},"trailers":{…}}`; <paramref name="status"/> is the status as JSON.</summary>
    public static void WriteEnd(PayloadBuffer output, long id, ReadOnlySpan<byte> status, CallMetadata? trailers)
    {
        Open(output, "end"u8, id);
        output.Write(",\"status\":"u8);
        output.Write(status);
        output.Write(",\"trailers\":"u8);
        WriteMetadata(output, trailers);
        output.Write("}"u8);
    }

    private static void Open(PayloadBuffer output, ReadOnlySpan<byte> kind, long id)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"t\":\""u8);
        output.Write(kind);
        output.Write("\",\"id\":"u8);
        WriteNumber(output, id);
    }

    private static void WriteMetadata(PayloadBuffer output, CallMetadata? metadata)
    {
        output.Write("{"u8);
        var first = true;
        foreach (var entry in metadata is null ? default : metadata.AsSpan())
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            WriteString(output, entry.Key);
            output.Write(":"u8);
            WriteString(output, entry.Value);
        }

        output.Write("}"u8);
    }

    private static void WriteString(PayloadBuffer output, ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            // Text that is none is shown, not refused: each bad byte becomes U+FFFD.
            WriteString(output, Encoding.UTF8.GetString(utf8));
            return;
        }

        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static void WriteString(PayloadBuffer output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static void WriteNumber(PayloadBuffer output, long value)
    {
        value.TryFormat(output.GetSpan(20), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
