using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class LineFramingTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\nb\r", "a|b")]
    [InlineData("", "")]
    [InlineData("\n", "<empty>")]
    [InlineData("\n\na", "<empty>|<empty>|a")]
    [InlineData("a\rb\n", "a\rb")]
    [InlineData("\r\n", "<empty>")]
    public void Text_IsCutAtLineFeeds(string bytes, string lines) =>
        AssertLines(new LineFraming(PayloadFormat.Text), bytes, lines);

    [Theory]
    [InlineData("{}\n\n{}\n", "{}|{}")]
    [InlineData("\r\n \t\n1\n", "1")]
    [InlineData(" \n \n", "")]
    [InlineData("\n\n\n", "")]
    [InlineData("1\n   ", "1")]
    [InlineData(" 1 \n", " 1 ")]
    public void Json_PassesOverBlankLines(string bytes, string lines) =>
        AssertLines(new LineFraming(PayloadFormat.Json), bytes, lines);

    [Theory]
    [InlineData("12345678", false)]
    [InlineData("12345678\n", false)]
    [InlineData("12345678\r", false)]
    [InlineData("12345678\r\n", false)]
    [InlineData("123456789", true)]
    [InlineData("123456789\n", true)]
    [InlineData("12345678\r\r\n", true)]
    public void LineAboveLimit_IsRefusedBeforeItsEnd(string bytes, bool refused)
    {
        using var frames = new FrameBuffer(new LineFraming(PayloadFormat.Text), limit: 8);
        Fill(frames, bytes);
        if (!refused)
        {
            frames.TryRead(out _);
            return;
        }

        var status = Assert.Throws<CallException>(() => frames.TryRead(out _)).Status;
        Assert.Equal(StatusCode.ResourceExhausted, status.Code);
        Assert.Equal(502, status.HttpStatus);
        Assert.Contains("8 bytes", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BlankLinesWithoutEnd_DoNotFillTheBuffer()
    {
        using var frames = new FrameBuffer(new LineFraming(PayloadFormat.Json), limit: 16);
        for (var i = 0; i < 1000; i++)
        {
            Fill(frames, new string('\n', 1000));
            Assert.False(frames.TryRead(out _));
        }

        Fill(frames, "1\n");
        Assert.True(frames.TryRead(out var message));
        Assert.Equal("1", Encoding.UTF8.GetString(message.Span));
    }

    [Fact]
    public void LargeLine_ArrivesWholeFromSmallReads()
    {
        var line = new string('x', 1_000_000);
        using var frames = new FrameBuffer(new LineFraming(PayloadFormat.Text), limit: line.Length);
        var rest = Encoding.UTF8.GetBytes(line + "\nnext\n").AsSpan();
        ReadOnlyMemory<byte> message;
        while (!frames.TryRead(out message))
        {
            var count = Math.Min(rest.Length, Math.Min(777, frames.GetMemory().Length));
            rest[..count].CopyTo(frames.GetMemory().Span);
            frames.Advance(count);
            rest = rest[count..];
        }

        Assert.Equal(line, Encoding.UTF8.GetString(message.Span));
        Fill(frames, Encoding.UTF8.GetString(rest));
        Assert.True(frames.TryRead(out message));
        Assert.Equal("next", Encoding.UTF8.GetString(message.Span));
    }

    [Theory]
    [InlineData("abc", "abc\n")]
    [InlineData("", "\n")]
    [InlineData("abc\n", "abc\n")]
    [InlineData("abc\r\n", "abc\n")]
    [InlineData("\n", "\n")]
    public void Text_IsWrittenAsOneLine(string payload, string written)
    {
        using var output = new PayloadBuffer(1024);
        new LineFraming(PayloadFormat.Text).Write(Encoding.UTF8.GetBytes(payload), output);
        Assert.Equal(written, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\n\n")]
    [InlineData("a\r")]
    public void TextWithLineBreak_IsRefusedAndNothingWritten(string payload)
    {
        using var output = new PayloadBuffer(1024);
        output.Write("kept\n"u8);
        var status = Assert.Throws<CallException>(
            () => new LineFraming(PayloadFormat.Text).Write(Encoding.UTF8.GetBytes(payload), output)).Status;
        Assert.Equal(StatusCode.InvalidArgument, status.Code);
        Assert.Contains("at byte 1", status.Message, StringComparison.Ordinal);
        Assert.Equal("kept\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void JsonWithLineBreaks_IsWrittenAsOneLineThatSaysTheSame()
    {
        using var output = new PayloadBuffer(1024);
        output.Write("kept\n"u8);
        new LineFraming(PayloadFormat.Json).Write("{\r\n \"a\": 1\n}\n"u8, output);
        Assert.Equal("kept\n{   \"a\": 1 }\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Names_AreThoseThatCanBeCreated()
    {
        Assert.Equal(["json-seq", "len32", "lsp", "ndjson", "raw", "varint"], StdioFraming.Names);
        foreach (var name in StdioFraming.Names)
        {
            Assert.True(StdioFraming.TryCreate(name, PayloadFormat.Text, out var framing));
            Assert.Equal(name, framing.Name);
        }

        Assert.False(StdioFraming.TryCreate("xml", PayloadFormat.Text, out _));
    }

    internal static void Fill(FrameBuffer frames, string bytes)
    {
        var rest = Encoding.UTF8.GetBytes(bytes).AsSpan();
        while (!rest.IsEmpty)
        {
            var room = frames.GetMemory().Span;
            var count = Math.Min(room.Length, rest.Length);
            rest[..count].CopyTo(room);
            frames.Advance(count);
            rest = rest[count..];
        }
    }

    /// <summary>Every way to split the bytes in two reads must give the same lines.</summary>
    private static void AssertLines(StdioFraming framing, string bytes, string expected)
    {
        for (var split = 0; split <= bytes.Length; split++)
        {
            using var frames = new FrameBuffer(framing, limit: 1024);
            var lines = new List<string>();
            Fill(frames, bytes[..split]);
            Cut();
            Fill(frames, bytes[split..]);
            Cut();
            frames.End();
            Cut();
            Assert.Equal(expected, string.Join('|', lines));

            void Cut()
            {
                while (frames.TryRead(out var line))
                {
                    lines.Add(line.Length == 0 ? "<empty>" : Encoding.UTF8.GetString(line.Span));
                }
            }
        }
    }
}
