using System.Text;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class EnvelopeWriterTests : IDisposable
{
    private readonly PayloadBuffer _output = new(100_000);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void JsonMessage_ComesBack()
    {
        EnvelopeWriter.WriteMessage(_output, 3, 9, new Message("{\"a\":[1]}"u8.ToArray(), PayloadFormat.Json));

        Assert.Equal("{\"t\":\"msg\",\"id\":3,\"seq\":9,\"data\":{\"a\":[1]}}", Written());
        var frame = EnvelopeReader.Read(_output.WrittenMemory, 10);
        Assert.Equal(3, frame.Id);
        Assert.Equal("{\"a\":[1]}"u8.ToArray(), frame.Data.ToArray());
    }

    [Theory]
    [InlineData(PayloadFormat.Protobuf)]
    [InlineData(PayloadFormat.Binary)]
    public void Bytes_ComeBackFromBase64(PayloadFormat format)
    {
        for (var length = 0; length < 300; length++)
        {
            _output.Clear();
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);

            EnvelopeWriter.WriteMessage(_output, 1, 1, new Message(bytes, format));

            var frame = EnvelopeReader.Read(_output.WrittenMemory, 10);
            Assert.Equal(PayloadFormat.Protobuf, frame.Format);
            Assert.Equal(bytes, frame.Data.ToArray());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"},{\\ \r\n\0\u001f\u2028")]
    [InlineData("größe 😀 <&>")]
    public void Text_IsAJsonString(string text)
    {
        EnvelopeWriter.WriteMessage(_output, 1, 1, new Message(Encoding.UTF8.GetBytes(text), PayloadFormat.Text));

        using var document = JsonDocument.Parse(_output.WrittenMemory);
        Assert.Equal(text, document.RootElement.GetProperty("data").GetString());
    }

    [Fact]
    public void TextThatIsNotUtf8_IsStillJson()
    {
        EnvelopeWriter.WriteMessage(_output, 1, 1, new Message(new byte[] { (byte)'a', 0xff, 0xc3 }, PayloadFormat.Text));

        using var document = JsonDocument.Parse(_output.WrittenMemory);
        Assert.StartsWith("a\ufffd", document.RootElement.GetProperty("data").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void HeadersAndEnd()
    {
        var metadata = new CallMetadata();
        metadata.Add("x-a", "1");
        metadata.Add("quote\"", "\\");

        EnvelopeWriter.WriteHeaders(_output, long.MaxValue, metadata);
        Assert.Equal("{\"t\":\"headers\",\"id\":9223372036854775807,\"headers\":{\"x-a\":\"1\",\"quote\\\"\":\"\\\\\"}}", Written());

        _output.Clear();
        EnvelopeWriter.WriteEnd(_output, 1, "{\"code\":0}"u8, metadata);
        Assert.Equal("{\"t\":\"end\",\"id\":1,\"status\":{\"code\":0},\"trailers\":{\"x-a\":\"1\",\"quote\\\"\":\"\\\\\"}}", Written());

        _output.Clear();
        EnvelopeWriter.WriteEnd(_output, 1, "{\"code\":5}"u8, null);
        Assert.Equal("{\"t\":\"end\",\"id\":1,\"status\":{\"code\":5},\"trailers\":{}}", Written());
    }

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
