using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio.JsonRpc;

namespace Transcoders.Tests.Stdio.JsonRpc;

public sealed class JsonRpcWriterTests
{
    [Fact]
    public void Request() => Writes("""{"jsonrpc":"2.0","id":7,"method":"a.B/C","params":{"x":1}}""", o => JsonRpcWriter.WriteRequest(o, "7"u8, "a.B/C", "{\"x\":1}"u8));

    [Fact]
    public void Request_WithoutParams() => Writes("""{"jsonrpc":"2.0","id":"7","method":"m"}""", o => JsonRpcWriter.WriteRequest(o, "\"7\""u8, "m", default));

    [Fact]
    public void Notification_EscapesItsMethod() =>
        Writes("""{"jsonrpc":"2.0","method":"a\"\n","params":[]}""", o => JsonRpcWriter.WriteNotification(o, "a\"\n", "[]"u8));

    [Fact]
    public void StreamMessage() =>
        Writes("""{"jsonrpc":"2.0","method":"$/msg","params":{"id":1,"seq":12,"data":"x"}}""", o => JsonRpcWriter.WriteStreamMessage(o, "1"u8, 12, "\"x\""u8));

    [Fact]
    public void Half() => Writes("""{"jsonrpc":"2.0","method":"$/half","params":{"id":1}}""", o => JsonRpcWriter.WriteHalf(o, "1"u8));

    [Fact]
    public void Cancel() => Writes("""{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}""", o => JsonRpcWriter.WriteCancel(o, "1"u8));

    [Fact]
    public void Result() => Writes("""{"jsonrpc":"2.0","id":1,"result":{}}""", o => JsonRpcWriter.WriteResult(o, "1"u8, "{}"u8));

    [Fact]
    public void Result_OfNothing() => Writes("""{"jsonrpc":"2.0","id":1,"result":null}""", o => JsonRpcWriter.WriteResult(o, "1"u8, default));

    [Fact]
    public void Error_OfNobodysRequest() =>
        Writes("""{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no\tJSON"}}""", o => JsonRpcWriter.WriteError(o, default, -32700, "no\tJSON", default));

    [Fact]
    public void Error_WithData() =>
        Writes("""{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":"é","data":{"code":5}}}""", o => JsonRpcWriter.WriteError(o, "1"u8, 5, "é", "{\"code\":5}"u8));

    [Fact]
    public void HalfASurrogatePair_IsReplaced() =>
        Writes("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":2,\"message\":\"\\uFFFD\"}}", o => JsonRpcWriter.WriteError(o, "1"u8, 2, "\ud800", default));

    private static void Writes(string expected, Action<PayloadBuffer> write)
    {
        using var output = new PayloadBuffer(4096);
        write(output);
        var written = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Equal(expected.Replace("\\uFFFD", "\ufffd", StringComparison.Ordinal), written.Replace("\\uFFFD", "\ufffd", StringComparison.Ordinal));
        Assert.True(JsonRpcReader.TryRead(output.WrittenMemory, 10, out _, out var problem), problem.Text);
    }
}
