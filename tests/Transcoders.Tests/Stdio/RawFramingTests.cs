using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class RawFramingTests
{
    [Fact]
    public void WhatOneReadBrings_IsOneMessage()
    {
        using var frames = new FrameBuffer(new RawFraming(), limit: 1024);
        Assert.False(frames.TryRead(out _));
        LineFramingTests.Fill(frames, "ab\ncd");
        Assert.True(frames.TryRead(out var message));
        Assert.Equal("ab\ncd", Encoding.UTF8.GetString(message.Span));
        frames.End();
        Assert.False(frames.TryRead(out _));
    }

    [Fact]
    public void ChunkAboveLimit_IsSplitAndNotRefused()
    {
        using var frames = new FrameBuffer(new RawFraming(), limit: 4);
        LineFramingTests.Fill(frames, "abcdef");
        Assert.True(frames.TryRead(out var first));
        Assert.Equal("abcd", Encoding.UTF8.GetString(first.Span));
        Assert.True(frames.TryRead(out var second));
        Assert.Equal("ef", Encoding.UTF8.GetString(second.Span));
    }

    [Fact]
    public void Payload_IsWrittenAsItIs()
    {
        using var output = new PayloadBuffer(1024);
        new RawFraming().Write("a\n\0b"u8, output);
        Assert.Equal("a\n\0b", Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
