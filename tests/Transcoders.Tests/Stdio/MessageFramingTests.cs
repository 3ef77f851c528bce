using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

/// <summary>The framings that know where a message ends without a line's end: `len32`, `varint`, `json-seq`, `lsp`; and `raw` as one message.</summary>
public sealed class MessageFramingTests
{
    private const int Limit = 1000;

    public static TheoryData<string> Names { get; } = ["len32", "varint", "json-seq", "lsp"];

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatIsWritten_IsReadHoweverItArrives(string name)
    {
        var framing = Framing(name);
        string[] messages = ["{}", "{\"a\":\n[1,\r\n2]}", "\"é\"", $"\"{new string('x', 500)}\"", "7"];
        using var output = new PayloadBuffer(1 << 20);
        foreach (var message in messages)
        {
            framing.Write(Encoding.UTF8.GetBytes(message), output);
        }

        foreach (var piece in new[] { 1, 2, 3, 7, 100, 10_000 })
        {
            Assert.Equal(messages, Read(framing, output.WrittenSpan, piece));
        }
    }

    [Theory]
    [InlineData("len32")]
    [InlineData("varint")]
    [InlineData("lsp")]
    public void AnyBytes_AreCarried_AndSoIsNothing(string name)
    {
        var framing = Framing(name);
        var bytes = new byte[300];
        Random.Shared.NextBytes(bytes);
        using var output = new PayloadBuffer(1 << 20);
        framing.Write(bytes, output);
        framing.Write(default, output);

        using var frames = new FrameBuffer(framing, Limit);
        Fill(frames, output.WrittenSpan);
        Assert.True(frames.TryRead(out var first));
        Assert.True(first.Span.SequenceEqual(bytes));
        Assert.True(frames.TryRead(out var second));
        Assert.Equal(0, second.Length);
        Assert.False(frames.TryRead(out _));
    }

    [Theory]
    [InlineData("len32", "000003e9")]
    [InlineData("len32", "ffffffff")]
    [InlineData("varint", "e907")]
    [InlineData("varint", "ffffffff7f")]
    [InlineData("lsp", "436f6e74656e742d4c656e6774683a20313030310d0a0d0a")]
    public void LengthAboveLimit_IsRefusedBeforeItArrives(string name, string hex) =>
        AssertRefused(name, Convert.FromHexString(hex), ended: false, StatusCode.ResourceExhausted);

    [Fact]
    public void JsonSequence_ValueAboveLimit_IsRefusedBeforeItsEnd() =>
        AssertRefused("json-seq", Encoding.UTF8.GetBytes("\u001e\"" + new string('x', Limit + 1)), ended: false, StatusCode.ResourceExhausted);

    [Theory]
    [InlineData("len32", "0000000561")]
    [InlineData("len32", "0000")]
    [InlineData("varint", "0561")]
    [InlineData("varint", "85")]
    [InlineData("lsp", "436f6e74656e742d4c656e6774683a20350d0a0d0a61")]
    [InlineData("lsp", "436f6e74656e74")]
    [InlineData("json-seq", "1e7b2261223a31")]
    [InlineData("json-seq", "1e3132")]
    public void OutputThatEndsWithinAMessage_IsAnError(string name, string hex) =>
        AssertRefused(name, Convert.FromHexString(hex), ended: true, StatusCode.Internal);

    [Theory]
    [InlineData("Starting up...\n")]
    [InlineData("warn: x\r\n\r\n{}")]
    [InlineData("Content-Type: text\r\n\r\n{}")]
    [InlineData("Content-Length: x\r\n\r\n")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("Content-Length: 2 2\r\n\r\n{}")]
    public void ContentLength_AnythingElseIsAnError(string output) =>
        AssertRefused("lsp", Encoding.UTF8.GetBytes(output), ended: false, StatusCode.Internal);

    [Fact]
    public void ContentLength_HeadersWithoutEnd_AreRefused() =>
        AssertRefused("lsp", Encoding.UTF8.GetBytes("A: " + new string('x', 1100)), ended: false, StatusCode.Internal);

    [Fact]
    public void ContentLength_OtherHeadersAndCase_AreTaken() =>
        Assert.Equal(["{}"], Read(Framing("lsp"), "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:2\r\n\r\n{}"u8, 4096));

    [Fact]
    public void Varint_OfMoreThanFiveBytes_IsAnError() =>
        AssertRefused("varint", [0x80, 0x80, 0x80, 0x80, 0x80], ended: false, StatusCode.Internal);

    [Theory]
    [InlineData("junk\u001e1\n\u001e2\n", "1|2")]
    [InlineData("\u001e{\"a\":\u001e{\"b\":1}\n", "{\"b\":1}")]
    [InlineData("\u001e\u001e\n\u001e 1 \n", "1")]
    [InlineData("\u001e12\u001e[1]\n", "[1]")]
    [InlineData("\u001enonsense\n\u001e1\n", "1")]
    [InlineData("\u001e[\n1\n,\n2\n]\n", "[\n1\n,\n2\n]")]
    [InlineData("\u001e{}", "{}")]
    [InlineData("\u001e\n", "")]
    [InlineData("", "")]
    public void JsonSequence_BeginsAnewAtEachSeparator(string output, string messages)
    {
        foreach (var piece in new[] { 1, 3, 4096 })
        {
            Assert.Equal(messages, string.Join('|', Read(Framing("json-seq"), Encoding.UTF8.GetBytes(output), piece)));
        }
    }

    [Fact]
    public void JsonSequence_ElementIsThereWithItsLineFeed()
    {
        using var frames = new FrameBuffer(Framing("json-seq"), Limit);
        Fill(frames, "\u001e{\"a\":1}"u8);
        Assert.False(frames.TryRead(out _));
        Fill(frames, "\n"u8);
        Assert.True(frames.TryRead(out var message));
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(message.Span));
    }

    [Fact]
    public void JsonSequence_DoesNotWriteASeparatorWithinAMessage()
    {
        using var output = new PayloadBuffer(100);
        var status = Assert.Throws<CallException>(() => Framing("json-seq").Write("a\u001eb"u8, output)).Status;
        Assert.Equal(StatusCode.InvalidArgument, status.Code);
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public void Whole_IsOneMessageAtTheEnd()
    {
        Assert.Equal(["a\nb\n"], Read(new WholeFraming(), "a\nb\n"u8, 1));
        Assert.Empty(Read(new WholeFraming(), default, 1));
        using var frames = new FrameBuffer(new WholeFraming(), 3);
        Fill(frames, "abcd"u8);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(() => frames.TryRead(out _)).Status.Code);
    }

    private static StdioFraming Framing(string name)
    {
        Assert.True(StdioFraming.TryCreate(name, PayloadFormat.Json, out var framing));
        Assert.Equal(name, framing.Name);
        return framing;
    }

    private static void AssertRefused(string name, byte[] output, bool ended, StatusCode code)
    {
        using var frames = new FrameBuffer(Framing(name), Limit);
        Fill(frames, output);
        if (ended)
        {
            frames.End();
        }

        var status = Assert.Throws<CallException>(() => frames.TryRead(out _)).Status;
        Assert.Equal(code, status.Code);
        Assert.Equal(502, status.HttpStatus);
    }

    private static List<string> Read(StdioFraming framing, ReadOnlySpan<byte> output, int piece)
    {
        using var frames = new FrameBuffer(framing, Limit);
        var messages = new List<string>();
        while (true)
        {
            while (frames.TryRead(out var message))
            {
                messages.Add(Encoding.UTF8.GetString(message.Span));
            }

            if (frames.Ended)
            {
                return messages;
            }

            if (output.IsEmpty)
            {
                frames.End();
                continue;
            }

            var count = Math.Min(piece, output.Length);
            Fill(frames, output[..count]);
            output = output[count..];
        }
    }

    private static void Fill(FrameBuffer frames, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = frames.GetMemory().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            frames.Advance(count);
            bytes = bytes[count..];
        }
    }
}
