using System.Buffers;
using System.Text;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Transcoders.Tests.Sse;

public sealed class SseWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData(" two  spaces ", " two  spaces ")]
    [InlineData("a\nb", "a\nb")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("a\rb", "a\nb")]
    [InlineData("a\n\rb", "a\n\nb")]
    [InlineData("\n", "\n")]
    [InlineData("a\n", "a\n")]
    [InlineData("a\r", "a\n")]
    [InlineData("\r\n\r\n", "\n\n")]
    [InlineData("id: 7\n\nevent: error\ndata: x\n\n", "id: 7\n\nevent: error\ndata: x\n\n")]
    [InlineData("größe 😀\0", "größe 😀\0")]
    public void Data_ArrivesWithItsLineEndsAsLf(string payload, string data)
    {
        SseWriter.WriteData(_output, Encoding.UTF8.GetBytes(payload));

        Assert.Equal([new SseParser.Event("message", data, "")], SseParser.Parse(_output.WrittenSpan).Events);
    }

    [Theory]
    [InlineData("7", "7")]
    [InlineData("", "")]
    [InlineData(" a ", " a ")]
    [InlineData("7\nevent: error", "7event: error")]
    [InlineData("7\r\n\r\ndata: x\r\n\r\n", "7data: x")]
    [InlineData("\0\r\n", "")]
    [InlineData("ö:😀", "ö:😀")]
    public void NameAndId_CannotBeginAnotherField(string value, string kept)
    {
        SseWriter.WriteField(_output, "id"u8, value);
        SseWriter.WriteField(_output, "event"u8, value);
        SseWriter.WriteData(_output, "x"u8);

        Assert.Equal([new SseParser.Event(kept.Length == 0 ? "message" : kept, "x", kept)], SseParser.Parse(_output.WrittenSpan).Events);
    }

    [Fact]
    public void AnyValues_MakeOneEvent()
    {
        var random = new Random(2);
        const string Letters = "a:\r\n\0 deit\ufeff😀";
        for (var i = 0; i < 3_000; i++)
        {
            var (id, name, data) = (Text(), Text(), Text());
            _output.Clear();
            SseWriter.WriteField(_output, "id"u8, id);
            SseWriter.WriteField(_output, "event"u8, name);
            SseWriter.WriteData(_output, Encoding.UTF8.GetBytes(data));
            var written = SseParser.Parse(_output.WrittenSpan);

            var only = Assert.Single(written.Events);
            Assert.Equal(Strip(id), only.LastId);
            Assert.Equal(Strip(name) is { Length: > 0 } type ? type : "message", only.Type);
            Assert.Equal(data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), only.Data);
            Assert.Empty(written.Comments);
            Assert.Null(written.Retry);
        }

        string Text() => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Letters.EnumerateRunes().ElementAt(random.Next(12)).ToString()));

        static string Strip(string text) => string.Concat(text.Where(c => c is not ('\r' or '\n' or '\0')));
    }

    [Fact]
    public void Sequence_IdAndRetryAndComment()
    {
        SseWriter.WriteRetry(_output, 3000);
        SseWriter.WriteComment(_output, "ka"u8);
        SseWriter.WriteId(_output, "KEY"u8, long.MaxValue);
        SseWriter.WriteData(_output, "a"u8);
        SseWriter.WriteComment(_output, "ka"u8);
        SseWriter.WriteData(_output, "b"u8);

        var stream = SseParser.Parse(_output.WrittenSpan);

        Assert.Equal(3000, stream.Retry);
        Assert.Equal([" ka", " ka"], stream.Comments);
        Assert.Equal(["a", "b"], stream.Events.Select(e => e.Data));
        Assert.Equal("KEY.9223372036854775807", stream.LastId);
    }

    [Fact]
    public void Trailers_AreOneJsonLine()
    {
        var trailers = new CallMetadata();
        trailers.Add("x-cost", "3");
        trailers.Add("quote", "a\"\r\nb");

        Assert.Equal("{\"trailers\":{\"x-cost\":\"3\",\"quote\":\"a\\\"\\r\\nb\"}}", Written(trailers));
        Assert.Equal("{}", Written(new CallMetadata()));
        Assert.Equal("{}", Written(null));
    }

    private static string Written(CallMetadata? trailers)
    {
        using var output = new PayloadBuffer(1000);
        SseTrailers.Write(output, trailers);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
