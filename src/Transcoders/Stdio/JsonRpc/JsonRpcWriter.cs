using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Stdio.JsonRpc;

/// <summary>Writes JSON-RPC 2.0 objects. Ids and payloads are raw JSON, taken as they are: whoever calls vouches that each is one value.</summary>
/// <remarks>It adds no framing: that is the business of <see cref="StdioFraming"/>.</remarks>
public static class JsonRpcWriter
{
    /// <summary>`{"jsonrpc":"2.0","id":1,"method":"m","params":…}`; empty <paramref name="parameters"/> are left out.</summary>
    public static void WriteRequest(PayloadBuffer output, ReadOnlySpan<byte> id, string method, ReadOnlySpan<byte> parameters)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        output.Write(id);
        output.Write(","u8);
        WriteMethod(output, method, parameters);
    }

    /// <summary>`{"jsonrpc":"2.0","method":"m","params":…}`</summary>
    public static void WriteNotification(PayloadBuffer output, string method, ReadOnlySpan<byte> parameters)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"jsonrpc\":\"2.0\","u8);
        WriteMethod(output, method, parameters);
    }

    /// <summary>`{"jsonrpc":"2.0","method":"$/msg","params":{"id":1,"seq":1,"data":…}}`</summary>
    public static void WriteStreamMessage(PayloadBuffer output, ReadOnlySpan<byte> id, long sequence, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"jsonrpc\":\"2.0\",\"method\":\"$/msg\",\"params\":{\"id\":"u8);
        output.Write(id);
        output.Write(",\"seq\":"u8);
        WriteNumber(output, sequence);
        output.Write(",\"data\":"u8);
        output.Write(data);
        output.Write("}}"u8);
    }

    /// <summary>`{"jsonrpc":"2.0","method":"$/half","params":{"id":1}}`</summary>
    public static void WriteHalf(PayloadBuffer output, ReadOnlySpan<byte> id) => WriteAbout(output, "$/half"u8, id);

    /// <summary>`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`</summary>
    public static void WriteCancel(PayloadBuffer output, ReadOnlySpan<byte> id) => WriteAbout(output, "$/cancelRequest"u8, id);

    /// <summary>`{"jsonrpc":"2.0","id":1,"result":…}`; an empty <paramref name="result"/> is `null`.</summary>
    public static void WriteResult(PayloadBuffer output, ReadOnlySpan<byte> id, ReadOnlySpan<byte> result)
    {
        OpenAnswer(output, id);
        output.Write(",\"result\":"u8);
        output.Write(result.IsEmpty ? "null"u8 : result);
        output.Write("}"u8);
    }

    /// <summary>`{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":"…","data":…}}`; an empty <paramref name="id"/> is `null`, empty <paramref name="data"/> is left out.</summary>
    public static void WriteError(PayloadBuffer output, ReadOnlySpan<byte> id, int code, string message, ReadOnlySpan<byte> data)
    {
        OpenAnswer(output, id);
        output.Write(",\"error\":{\"code\":"u8);
        WriteNumber(output, code);
        output.Write(",\"message\":"u8);
        WriteString(output, message);
        if (!data.IsEmpty)
        {
            output.Write(",\"data\":"u8);
            output.Write(data);
        }

        output.Write("}}"u8);
    }

    private static void WriteMethod(PayloadBuffer output, string method, ReadOnlySpan<byte> parameters)
    {
        output.Write("\"method\":"u8);
        WriteString(output, method);
        if (!parameters.IsEmpty)
        {
            output.Write(",\"params\":"u8);
            output.Write(parameters);
        }

        output.Write("}"u8);
    }

    private static void WriteAbout(PayloadBuffer output, ReadOnlySpan<byte> method, ReadOnlySpan<byte> id)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"jsonrpc\":\"2.0\",\"method\":\""u8);
        output.Write(method);
        output.Write("\",\"params\":{\"id\":"u8);
        output.Write(id);
        output.Write("}}"u8);
    }

    private static void OpenAnswer(PayloadBuffer output, ReadOnlySpan<byte> id)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        output.Write(id.IsEmpty ? "null"u8 : id);
    }

    private static void WriteString(PayloadBuffer output, string text)
    {
        output.Write("\""u8);

        // By way of UTF-8: half a surrogate pair becomes U+FFFD there, and would be an exception here.
        output.Write(JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static void WriteNumber(PayloadBuffer output, long value)
    {
        value.TryFormat(output.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
