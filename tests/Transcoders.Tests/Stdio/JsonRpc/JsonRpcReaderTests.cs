using System.Text;
using Transcoders.Stdio.JsonRpc;

namespace Transcoders.Tests.Stdio.JsonRpc;

public sealed class JsonRpcReaderTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[1, 2]}}""", JsonRpcKind.Request, "1", "m", """{"a":[1, 2]}""")]
    [InlineData("""  {"params":[1],"method":"a\u0062","id":"x","jsonrpc":"2.0"}  """, JsonRpcKind.Request, "\"x\"", "ab", "[1]")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"m"}""", JsonRpcKind.Request, "null", "m", "")]
    [InlineData("""{"jsonrpc":"2.0","id":-7,"method":"m","extra":{"id":2}}""", JsonRpcKind.Request, "-7", "m", "")]
    [InlineData("""{"jsonrpc":"2.0","method":"$/half","params":{"id":1}}""", JsonRpcKind.Notification, "", "$/half", """{"id":1}""")]
    public void Methods_AreRead(string frame, JsonRpcKind kind, string id, string method, string parameters)
    {
        var message = Read(frame);

        Assert.Equal(kind, message.Kind);
        Assert.Equal(id, Text(message.Id));
        Assert.Equal(method, message.Method);
        Assert.Equal(parameters, Text(message.Params));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"a":"é"}}""", """{"a":"é"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":null}""", "null")]
    [InlineData("""{"jsonrpc":"2.0","result": 7.50 ,"id":1}""", "7.50")]
    public void Result_IsASliceOfTheFrame(string frame, string result)
    {
        var message = Read(frame);

        Assert.Equal(JsonRpcKind.Result, message.Kind);
        Assert.Equal(result, Text(message.Result));
    }

    [Fact]
    public void Error_IsReadWhole()
    {
        var message = Read("""{"jsonrpc":"2.0","id":null,"error":{"data":{"x":[{}]},"code":-32602,"message":"a \"must\" be >1"}}""");

        Assert.Equal(JsonRpcKind.Error, message.Kind);
        Assert.Equal("null", Text(message.Id));
        Assert.Equal(-32602, message.ErrorCode);
        Assert.Equal("a \"must\" be >1", message.ErrorMessage);
        Assert.Equal("""{"x":[{}]}""", Text(message.ErrorData));
    }

    [Theory]
    [InlineData("", JsonRpcStatusMapping.ParseError, "")]
    [InlineData("{", JsonRpcStatusMapping.ParseError, "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"m"} {}""", JsonRpcStatusMapping.ParseError, "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", JsonRpcStatusMapping.ParseError, "")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"m"}]""", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("7", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("{}", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("""{"id":1,"method":"m"}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"m"}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"1.0","method":"m","id":"late"}""", JsonRpcStatusMapping.InvalidRequest, "\"late\"")]
    [InlineData("""{"jsonrpc":"2.0","id":{"a":1},"method":"m"}""", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"m"}""", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":{"m":[]}}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"m","method":"n"}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","result":1}""", JsonRpcStatusMapping.InvalidRequest, "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":"no"}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1}}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":99999999999,"message":""}}""", JsonRpcStatusMapping.InvalidRequest, "1")]
    public void AnythingElse_IsAProblemWithTheIdThatCouldBeRead(string frame, int code, string id)
    {
        Assert.False(JsonRpcReader.TryRead(Encoding.UTF8.GetBytes(frame), 100, out _, out var problem));
        Assert.Equal(code, problem.Code);
        Assert.Equal(id, Text(problem.Id));
        Assert.NotEmpty(problem.Text);
    }

    [Fact]
    public void Depth_IsThatOfWhatIsCarried()
    {
        static string Nested(int depth) => $$"""{"jsonrpc":"2.0","id":1,"method":"m","params":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        Assert.True(JsonRpcReader.TryRead(Encoding.UTF8.GetBytes(Nested(10)), 10, out _, out _));
        Assert.False(JsonRpcReader.TryRead(Encoding.UTF8.GetBytes(Nested(12)), 10, out _, out _));
    }

    [Theory]
    [InlineData("""{"id":1,"seq":3,"data":{"a":1}}""", true, "1", """{"a":1}""")]
    [InlineData("""{"data":null,"id":"x"}""", true, "\"x\"", "null")]
    [InlineData("""{"id":1}""", true, "1", "")]
    [InlineData("""{"data":1}""", false, "", "1")]
    [InlineData("[1]", false, "", "")]
    [InlineData("", false, "", "")]
    public void StreamParams_AreRead(string parameters, bool isRead, string id, string data)
    {
        Assert.Equal(isRead, JsonRpcReader.TryReadStream(Encoding.UTF8.GetBytes(parameters), out var readId, out var readData));
        Assert.Equal(id, Text(readId));
        Assert.Equal(data, Text(readData));
    }

    private static JsonRpcMessage Read(string frame)
    {
        Assert.True(JsonRpcReader.TryRead(Encoding.UTF8.GetBytes(frame), 100, out var message, out var problem), problem.Text);
        return message;
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
