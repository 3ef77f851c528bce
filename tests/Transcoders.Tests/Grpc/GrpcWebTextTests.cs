using System.Text;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Transcoders.Tests.Grpc;

public sealed class GrpcWebTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("YQ==", "a")]
    [InlineData("YWI=", "ab")]
    [InlineData("YWJj", "abc")]
    [InlineData("YQ==YWI=YWJj", "aababc")]
    [InlineData("YWJj\r\nYQ==\n", "abca")]
    public void PaddingMayStandAnywhere_AndPiecesMayBeCutAnywhere(string text, string expected)
    {
        for (var piece = 1; piece <= text.Length + 1; piece++)
        {
            var reader = default(GrpcWebText);
            var output = new byte[64];
            var length = 0;
            for (var at = 0; at < text.Length; at += piece)
            {
                length += reader.Decode(Encoding.ASCII.GetBytes(text[at..Math.Min(text.Length, at + piece)]), output.AsSpan(length));
            }

            Assert.Equal(expected, Encoding.ASCII.GetString(output, 0, length));
            Assert.True(reader.IsWhole);
        }
    }

    [Theory]
    [InlineData("Y===")]
    [InlineData("====")]
    [InlineData("YW=j")]
    [InlineData("YW-_")]
    [InlineData("YW j")]
    public void WhatIsNoBase64_IsRefused(string text)
    {
        var reader = default(GrpcWebText);
        var output = new byte[64];
        var error = Assert.Throws<CallException>(() => reader.Decode(Encoding.ASCII.GetBytes(text), output));
        Assert.Equal(StatusCode.InvalidArgument, error.Status.Code);
    }

    [Fact]
    public void UnfinishedGroup_IsNotWhole()
    {
        var reader = default(GrpcWebText);
        Assert.Equal(3, reader.Decode("YWJjYQ"u8, new byte[GrpcWebText.MaxDecoded(6)]));
        Assert.False(reader.IsWhole);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1500", 1500)]
    [InlineData("9999999999", 9999999999)]
    public void ConnectTimeout_IsMilliseconds(string text, long milliseconds)
    {
        Assert.True(ConnectHeaders.TryParseTimeout(text, out var timeout));
        Assert.Equal(milliseconds, timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345678901")]
    [InlineData("-1")]
    [InlineData("1s")]
    [InlineData(" 1")]
    public void ConnectTimeout_OfOtherForms_IsNone(string text) => Assert.False(ConnectHeaders.TryParseTimeout(text, out _));
}
